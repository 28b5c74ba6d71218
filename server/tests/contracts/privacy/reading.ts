import type { Place } from '../../../src/domain/visibility/visibility.ts';
import { type Answer, problemIn } from '../../support/server.ts';
import {
  isShown,
  type Medium,
  type Post,
  type Reader,
  seesAccount,
  seesMedium,
  seesPost,
  type World,
} from './cases.ts';
import { type Account, send } from './people.ts';

/** A way in which a contract shows posts, pictures or accounts, or reveals that they exist. */
export type Read = {
  title: string;
  /** Method and path, such as `GET /v2/posts/:id`. */
  routes: string[];
  /** Which readers send the request. Default: all. */
  isFor?: (reader: Reader) => boolean;
  /** A counter, or a list, that a job updates. It is right after the jobs have run. */
  isCounter?: true;
  /** The rule does not matter: only owners may use this route, and readers request what belongs to others. */
  isClosed?: true;
  /** The names of what the response shows, and descriptions of faults. */
  shown(world: World, reader: Reader): Promise<string[]>;
  /** The names of what the rule lets the reader see there. */
  expected(world: World, reader: Reader): string[];
};

type Head = Pick<Read, 'title' | 'routes' | 'isFor' | 'isClosed'>;

/** No post, picture or account has this id. */
const missingId = 2_000_000_000;

/** Requests each post by id. The response about a hidden post must be the one about a post that does not exist. */
export function postByPost(
  head: Head,
  {
    place = 'link',
    covers = () => true,
    isSeen = isOk,
    ask,
  }: {
    place?: Place;
    /** Which posts are requested. Default: all. */
    covers?: (post: Post, reader: Reader, world: World) => boolean;
    isSeen?: (answer: Answer) => boolean;
    ask: (world: World, reader: Reader, id: number) => Promise<Answer>;
  },
): Read {
  const covered = (world: World, reader: Reader) =>
    world.posts.filter((post) => covers(post, reader, world));
  return {
    ...head,
    async shown(world, reader) {
      const missing = await ask(world, reader, missingId);
      return each(covered(world, reader), async ({ id, name }) => {
        const answer = await ask(world, reader, id);
        return isSeen(answer) ? [name] : differences(name, answer, missing, [id, missingId]);
      });
    },
    expected: (world, reader) =>
      covered(world, reader)
        .filter((post) => !head.isClosed && seesPost(world, reader, post, place))
        .map(({ name }) => name),
  };
}

/** Requests a list of posts. */
export function postsInList(
  head: Head,
  {
    place,
    covers,
    hasReplies = false,
    read,
    keyOf = ({ id }) => id,
  }: {
    place: Place | ((post: Post) => Place);
    /** Which posts belong in the list if the reader may see them. */
    covers: (post: Post, reader: Reader, world: World) => boolean;
    /** Whether replies belong in the list. Default: they do not. */
    hasReplies?: boolean;
    /** The keys of the posts in the list; null if the response is an error. */
    read: (world: World, reader: Reader) => Promise<ReadonlyArray<number | string> | null>;
    keyOf?: (post: Post) => number | string;
  },
): Read {
  const placeOf = typeof place === 'function' ? place : () => place;
  return {
    ...head,
    async shown(world, reader) {
      const keys = (await read(world, reader)) ?? [];
      const names = new Map(world.posts.map((post) => [keyOf(post), post.name]));
      return keys.map((key) => names.get(key) ?? `unknown: ${key}`);
    },
    expected: (world, reader) =>
      world.posts
        .filter((post) => (hasReplies || !post.replyTo) && covers(post, reader, world))
        .filter((post) => seesPost(world, reader, post, placeOf(post)))
        .map(({ name }) => name),
  };
}

/** Requests each picture or file. */
export function mediumByMedium(
  head: Head,
  {
    covers,
    ask,
    asOwner = false,
  }: {
    covers: (medium: Medium, reader: Reader) => boolean;
    ask: (world: World, reader: Reader, medium: Medium) => Promise<Answer[]>;
    /** The URL is signed for the owner. */
    asOwner?: boolean;
  },
): Read {
  const asking = (reader: Reader, { owner }: Medium) =>
    asOwner ? { name: owner.name, account: owner } : reader;
  return {
    ...head,
    async shown(world, reader) {
      const missing = await ask(world, reader, missingMedium(world));
      return each(
        world.media.filter((medium) => covers(medium, reader)),
        async (medium) => {
          const answers = await ask(world, reader, medium);
          const seen = answers.filter(isOk);
          const hidden = answers.filter((answer) => !isOk(answer));
          const leaking = seen.filter(({ bytes }) => bytes.includes('Exif'));
          const part = hidden.length > 0 ? `${medium.name}, but only in part` : medium.name;
          return [
            ...(seen.length > 0 ? [part] : []),
            ...leaking.map(() => `${medium.name} with its metadata`),
            ...hidden.flatMap((answer) => differences(medium.name, answer, missing[0])),
          ];
        },
      );
    },
    expected: (world, reader) =>
      world.media
        .filter((medium) => covers(medium, reader))
        .filter((medium) => seesMedium(world, asking(reader, medium), medium))
        .map(({ name }) => name),
  };
}

function missingMedium({ media }: World): Medium {
  const [first] = media;
  if (!first) throw new Error('The world has no pictures.');
  return { ...first, id: missingId, publicKey: 'f'.repeat(32), signed: [] };
}

/** Requests something of each account by its name or id. */
export function accountByAccount(
  head: Head,
  {
    covers = () => true,
    ignoresBlocks = false,
    isSeen = isOk,
    ask,
  }: {
    /** A directory of an older contract, which has nothing that people write for one another. */
    ignoresBlocks?: boolean;
    covers?: (account: Account, reader: Reader, world: World) => boolean;
    isSeen?: (answer: Answer) => boolean;
    ask: (world: World, reader: Reader, account: Pick<Account, 'id' | 'name'>) => Promise<Answer>;
  },
): Read {
  const covered = (world: World, reader: Reader) =>
    world.accounts.filter((account) => covers(account, reader, world));
  return {
    ...head,
    async shown(world, reader) {
      const nobody = { id: missingId, name: 'nobody' };
      const missing = await ask(world, reader, nobody);
      return each(covered(world, reader), async (account) => {
        const { id, name } = account;
        const answer = await ask(world, reader, account);
        return isSeen(answer)
          ? [name]
          : differences(name, answer, missing, [id, missingId], [name, nobody.name]);
      });
    },
    expected: (world, reader) =>
      covered(world, reader)
        .filter((account) =>
          ignoresBlocks ? isShown(account) : seesAccount(world, reader, account),
        )
        .filter(() => !head.isClosed)
        .map(({ name }) => name),
  };
}

type Item = { id: number; username: string };

/**
 * All items of a list, page by page. Only the last page may be short: a gap would reveal that something is hidden.
 * @param limit small, so that there are several pages
 */
export async function walk<T = Item>(
  { server }: World,
  { account }: Reader,
  path: string,
  limit: number,
): Promise<T[] | null> {
  const items: T[] = [];
  for (let cursor = ''; ; ) {
    const page = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`;
    const { body, status } = await send(server, account, 'GET', page);
    if (status !== 200) return null;
    items.push(...body.items);
    if (body.nextCursor === null) return items;
    if (body.items.length < limit) throw new Error(`A page of ${path} has a gap.`);
    cursor = `&cursor=${body.nextCursor}`;
  }
}

export function isOk({ status }: Answer): boolean {
  return status < 300;
}

/** How the response about something hidden differs from the one about something that does not exist. Ignores what the URL contained. */
function differences(
  name: string,
  answer: Answer,
  missing: Answer | undefined,
  ...asked: Array<[of: string | number, ofMissing: string | number]>
): string[] {
  const plain = (text: string, index: 0 | 1) =>
    asked.reduce((rest, pair) => rest.replace(new RegExp(`\\b${pair[index]}\\b`, 'g'), '…'), text);
  const [given, wanted] = [
    plain(bodyOf(answer), 0),
    missing ? plain(bodyOf(missing), 1) : 'nothing to compare with',
  ];
  if (answer.status === missing?.status && given === wanted) return [];
  return [
    `${name} is revealed by the response: ${answer.status} ${given} instead of ${missing?.status} ${wanted}`,
  ];
}

/** Without the id of the request, which tells nothing. */
function bodyOf({ body }: Answer): string {
  return typeof body === 'string' ? body : JSON.stringify(problemIn({ body }));
}

/** A few requests at a time. */
export async function each<T, R = string>(
  items: readonly T[],
  ask: (item: T) => Promise<R[]>,
): Promise<R[]> {
  const found: R[] = [];
  for (let from = 0; from < items.length; from += 8) {
    const some = await Promise.all(items.slice(from, from + 8).map(ask));
    found.push(...some.flat());
  }
  return found;
}
