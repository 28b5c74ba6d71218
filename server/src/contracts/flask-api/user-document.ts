import { invalid } from '../../domain/errors.ts';
import { isObject } from '../../domain/json.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import type { UserDocument } from '../../domain/user-documents/user-document.ts';

/** A user document of this contract. Clients read all of its keys. */
export type FlaskDocument = {
  profile: { fullname: string | null; gender: string | null; city: string | null };
  accounts: Record<LinkedService, { is_login: boolean }>;
  user_type: { streamer: Broadcaster; seller: Broadcaster };
  /** In upper case. */
  played_games: string[];
  favorites: { facebook: Favorite[]; youtube: Favorite[] };
};

export const linkedServices = ['gmail', 'youtube', 'facebook'] as const;

export type LinkedService = (typeof linkedServices)[number];

type Broadcaster = { streamer_id: string | null; streaming_history: Id[] };

type Favorite = {
  id: Id;
  name: string | null;
  url: string | null;
  favorited_at: string | null;
};

/** A number of somebody else's, or a text. */
type Id = string | number;

const maxTextLength = 255;
const maxUrlLength = 2048;

/** Reads a value of one kind; `at` is where it stands. @throws DomainError `invalid` */
type Reader<T> = (value: unknown, at: string) => T;

const readers: { [K in keyof FlaskDocument]: Reader<FlaskDocument[K]> } = {
  profile(value, at) {
    const { fullname, gender, city } = optionalFields(value, at, ['fullname', 'gender', 'city']);
    return {
      fullname: optionalText(fullname, `${at}.fullname`),
      gender: optionalText(gender, `${at}.gender`),
      city: optionalText(city, `${at}.city`),
    };
  },

  accounts(value, at) {
    const { gmail, youtube, facebook } = fields(value, at, linkedServices);
    return {
      gmail: linkedService(gmail, `${at}.gmail`),
      youtube: linkedService(youtube, `${at}.youtube`),
      facebook: linkedService(facebook, `${at}.facebook`),
    };
  },

  user_type(value, at) {
    const { streamer, seller } = fields(value, at, ['streamer', 'seller']);
    return {
      streamer: broadcaster(streamer, `${at}.streamer`),
      seller: broadcaster(seller, `${at}.seller`),
    };
  },

  played_games: (value, at) => list(value, at, text).map((title) => title.toUpperCase()),

  favorites(value, at) {
    const { facebook = [], youtube = [] } = fields(value, at, ['facebook', 'youtube']);
    return {
      facebook: list(facebook, `${at}.facebook`, favorite),
      youtube: list(youtube, `${at}.youtube`, favorite),
    };
  },
};

/** The document of a user who has never changed it. */
export const emptyDocument: Readonly<FlaskDocument> = {
  profile: readers.profile({}, ''),
  accounts: readers.accounts({}, ''),
  user_type: readers.user_type({}, ''),
  played_games: [],
  favorites: readers.favorites({}, ''),
};

/** A stored document with the keys that were never given. */
export function wholeDocument(stored: UserDocument): FlaskDocument {
  const accounts = { ...emptyDocument.accounts, ...(stored.accounts as FlaskDocument['accounts']) };
  return { ...emptyDocument, ...stored, accounts };
}

/** The stored document after a login through a linked service. */
export function afterLogin(service: LinkedService): (stored: UserDocument) => UserDocument {
  return (stored) => {
    const { accounts } = wholeDocument(stored);
    return { ...stored, accounts: { ...accounts, [service]: { is_login: true } } };
  };
}

/**
 * Reads the keys that clients may change, each whole; other keys are ignored.
 * @throws DomainError `invalid` (a value of another shape)
 */
export function documentChange(input: Readonly<Record<string, unknown>>): Partial<FlaskDocument> {
  const changes = Object.entries(readers)
    .filter(([key]) => Object.hasOwn(input, key))
    .map(([key, read]) => [key, read(input[key], key)]);
  return Object.fromEntries(changes);
}

/** Of an object that has no other keys: what is not kept is refused, not lost. */
function fields(
  value: unknown,
  at: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw invalid(at, 'must be an object');
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other === undefined) return value;
  throw invalid(`${at}.${other.slice(0, 50)}`, `is not kept; known: ${known.join(', ')}`);
}

function optionalFields(
  value: unknown,
  at: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  return isMissing(value) ? {} : fields(value, at, known);
}

function list<T>(value: unknown, at: string, item: Reader<T>): T[] {
  if (!Array.isArray(value)) throw invalid(at, 'must be a list');
  return value.map((entry, i) => item(entry, `${at}.${i}`));
}

function text(value: unknown, at: string, maxLength = maxTextLength): string {
  const isText = typeof value === 'string' && isKeepable(value) && lengthOf(value) <= maxLength;
  if (!isText) throw invalid(at, `must be a text of at most ${maxLength} characters`);
  return value;
}

function optionalText(value: unknown, at: string): string | null {
  return isMissing(value) ? null : text(value, at);
}

function id(value: unknown, at: string): Id {
  return Number.isSafeInteger(value) ? (value as number) : text(value, at);
}

function linkedService(value: unknown, at: string): { is_login: boolean } {
  const { is_login = false } = optionalFields(value, at, ['is_login']);
  if (typeof is_login !== 'boolean') throw invalid(`${at}.is_login`, 'must be true or false');
  return { is_login };
}

function broadcaster(value: unknown, at: string): Broadcaster {
  const known = ['streamer_id', 'streaming_history'];
  const { streamer_id, streaming_history = [] } = optionalFields(value, at, known);
  return {
    streamer_id: optionalText(streamer_id, `${at}.streamer_id`),
    streaming_history: list(streaming_history, `${at}.streaming_history`, id),
  };
}

function favorite(value: unknown, at: string): Favorite {
  const given = fields(value, at, ['id', 'name', 'url', 'favorited_at']);
  return {
    id: id(given.id, `${at}.id`),
    name: optionalText(given.name, `${at}.name`),
    url: optionalUrl(given.url, `${at}.url`),
    favorited_at: optionalText(given.favorited_at, `${at}.favorited_at`),
  };
}

/** Others see it as a link: no address may run anything. */
function optionalUrl(value: unknown, at: string): string | null {
  if (isMissing(value)) return null;
  const url = text(value, at, maxUrlLength);
  if (!/^https?:\/\/\S+$/i.test(url)) throw invalid(at, 'must begin with https:// or http://');
  return url;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
