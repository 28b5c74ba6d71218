import type {
  AccountCard,
  Me,
  Media,
  Notification,
  Operations,
  Post,
  Tokens,
} from './generated.ts';
import { type LiveEvent, type LiveOptions, liveEvents } from './live-events.ts';
import {
  type AnswerOf,
  type CallOptions,
  type Input,
  type InputArguments,
  type ItemOf,
  type OperationId,
  type PagedId,
  requestOf,
} from './operations.ts';
import { RookeryError } from './rookery-error.ts';
import { sleep } from './sleep.ts';
import { tokenKeeper } from './token-keeper.ts';
import { type Fetch, isProblem, send, successOf } from './transport.ts';

/** What a client is made from. */
export type ClientOptions = {
  /** Address of the server, `https://photos.example.com`. */
  baseUrl: string;
  /** Tokens of an earlier visit. */
  tokens?: Tokens | null;
  /**
   * Told the tokens after each login and refresh, and null once they are worthless. Keep them, in place of the old: a
   * refresh token works once. The call that renewed them waits for it.
   */
  onTokens?: (tokens: Tokens | null) => void | Promise<void>;
  /** In place of the global one. */
  fetch?: Fetch;
};

/** How a list is read: entries per request, which ones, and a signal that ends it. */
type ListOptions<Id extends PagedId> = NonNullable<Operations[Id]['query']> & {
  signal?: AbortSignal;
};

/** What an upload may say of its picture. */
export type UploadOptions = CallOptions & { alt?: string; keepLocation?: boolean };

/** How long a picture is waited for. */
export type WaitOptions = {
  /** 60 s, unless told otherwise. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

/** A client of one server, for one person at a time. */
export type RookeryClient = ReturnType<typeof rookeryClient>;

const firstPollMs = 100;
const maxPollMs = 2000;

/**
 * Makes a client. Expired access tokens are renewed on the way; lost requests are sent again, up to three times in all.
 * Every method throws `RookeryError`.
 * @example
 * const client = rookeryClient({ baseUrl: 'http://127.0.0.1:3000' });
 * await client.logIn({ login: 'alice', password });
 * for await (const post of client.timeline()) console.log(post.text);
 */
export function rookeryClient(options: ClientOptions) {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // A browser's fetch must be called as a method of the window.
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const keeper = tokenKeeper({
    tokens: options.tokens ?? null,
    onTokens: options.onTokens ?? (() => {}),
    refresh: (refreshToken) => openCall('refresh', { body: { refreshToken } }),
  });

  /**
   * Calls any operation by its name.
   * @example await client.call('updatePost', { path: { id: 3 }, body: { text: 'At last.' } })
   */
  async function call<Id extends OperationId>(
    id: Id,
    ...[input = {} as Input<Id>]: InputArguments<Id>
  ): Promise<AnswerOf<Id>> {
    const tokens = keeper.current();
    if (!tokens) return openCall(id, input);
    const request = requestOf(baseUrl, id, input);
    const sendAs = ({ accessToken }: Tokens) => {
      const headers = { ...request.headers, authorization: `Bearer ${accessToken}` };
      return send(fetch, { ...request, headers });
    };
    const answer = await sendAs(tokens);
    const isExpired = isProblem(answer.body) && answer.body.code === 'expired_token';
    if (answer.status !== 401 || !isExpired) return successOf(answer) as AnswerOf<Id>;
    return successOf(await sendAs(await keeper.renew(tokens))) as AnswerOf<Id>;
  }

  /** Calls an operation without a token. */
  async function openCall<Id extends OperationId>(id: Id, input: Input<Id>): Promise<AnswerOf<Id>> {
    const request = requestOf(baseUrl, id, input);
    return successOf(await send(fetch, request)) as AnswerOf<Id>;
  }

  /**
   * Every entry of a list, page after page, each fetched when it is needed.
   * @example for await (const follower of client.every('listFollowers', { path: { username: 'alice' } })) …
   */
  async function* every<Id extends PagedId>(
    id: Id,
    ...[input = {} as Input<Id>]: InputArguments<Id>
  ): AsyncGenerator<ItemOf<Id>, void, undefined> {
    let { query } = input as { query?: { cursor?: string } };
    for (;;) {
      const page = await call(id, ...([{ ...input, query }] as InputArguments<Id>));
      yield* page.items as ItemOf<Id>[];
      if (page.nextCursor === null) return;
      query = { ...query, cursor: page.nextCursor };
    }
  }

  /** Makes an account; `logIn` comes after it. */
  function signUp(account: Operations['signUp']['body'], more: CallOptions = {}): Promise<Me> {
    return openCall('signUp', { body: account, ...more });
  }

  /**
   * Signs in; the tokens are used from now on, and handed to `onTokens`.
   * @throws RookeryError `second_factor_required`, whose `challenge` is for `finishLogIn`
   */
  function logIn(who: Operations['logIn']['body'], more: CallOptions = {}): Promise<Tokens> {
    return use(openCall('logIn', { body: who, ...more }));
  }

  /** Signs in by a second factor, after `logIn` has asked for one. */
  function finishLogIn(
    step: Operations['finishLogIn']['body'],
    more: CallOptions = {},
  ): Promise<Tokens> {
    return use(openCall('finishLogIn', { body: step, ...more }));
  }

  /** Signs in by a passkey: `response` is what the browser made of the options of `beginPasskeyLogIn`. */
  function logInByPasskey(
    response: Operations['logInByPasskey']['body']['response'],
    more: CallOptions = {},
  ): Promise<Tokens> {
    return use(openCall('logInByPasskey', { body: { response }, ...more }));
  }

  async function use(answer: Promise<Tokens>): Promise<Tokens> {
    const tokens = await answer;
    await keeper.set(tokens);
    return tokens;
  }

  /** Ends this session on the server and forgets the tokens, which it does even when the server cannot be reached. */
  async function logOut(): Promise<void> {
    if (!keeper.current()) return;
    try {
      await call('endSession', { path: { id: 'current' } });
    } catch (error) {
      const isOverAnyway = error instanceof RookeryError && error.status === 401;
      if (!isOverAnyway) throw error;
    } finally {
      await keeper.set(null);
    }
  }

  /**
   * Uploads a picture for `mediaIds` of a post. Its sizes are rendered in the background: see `waitUntilReady`.
   * @param file JPEG, PNG, GIF, WebP or AVIF
   * @param options `keepLocation` keeps the place in the photo's EXIF, which is dropped otherwise
   */
  function upload(file: Blob, { alt, keepLocation, ...more }: UploadOptions = {}): Promise<Media> {
    const form = {
      file,
      ...(alt === undefined ? {} : { alt }),
      ...(keepLocation === true ? { keepLocation: 'true' as const } : {}),
    };
    return call('uploadMedia', { form, ...more });
  }

  /**
   * Asks again and again until the sizes of a picture are made.
   * @throws RookeryError `processing_failed` · `not_ready_in_time`
   */
  async function waitUntilReady(mediaId: number, options: WaitOptions = {}): Promise<Media> {
    const { timeoutMs = 60_000, signal } = options;
    const end = Date.now() + timeoutMs;
    for (let delayMs = firstPollMs; ; delayMs = Math.min(2 * delayMs, maxPollMs)) {
      const media = await call('readMedia', { path: { id: mediaId }, signal });
      if (media.state === 'ready') return media;
      if (media.state === 'failed') {
        throw new RookeryError(0, 'processing_failed', 'The picture could not be processed.');
      }
      if (Date.now() + delayMs > end) {
        throw new RookeryError(0, 'not_ready_in_time', 'The picture is still being processed.');
      }
      await sleep(delayMs, signal);
    }
  }

  /**
   * An address for `new EventSource(url)`, good for 15 to 20 minutes; a secret. `events` needs none.
   * @param options `lastEventId` is that of the last event of an earlier address: what followed it comes first
   */
  async function eventStreamUrl({
    lastEventId,
    signal,
  }: {
    lastEventId?: string;
    signal?: AbortSignal;
  } = {}): Promise<string> {
    const { url } = await call('readEventStreamUrl', { signal });
    return lastEventId === undefined
      ? url
      : `${url}&lastEventId=${encodeURIComponent(lastEventId)}`;
  }

  return {
    call,
    every,
    signUp,
    logIn,
    finishLogIn,
    logInByPasskey,
    logOut,
    /** The tokens in use; null when nobody is signed in. */
    tokens: (): Tokens | null => keeper.current(),
    /**
     * Uses these tokens from now on: those that another tab was told, for example. Tabs that share a session must share
     * its tokens, or the second to refresh ends it.
     */
    setTokens: (tokens: Tokens | null): void => keeper.adopt(tokens),
    upload,
    waitUntilReady,
    /** Corrects what a picture is said to show, also after it was posted. */
    describe: (mediaId: number, alt: string, { signal }: { signal?: AbortSignal } = {}) =>
      call('updateMedia', { path: { id: mediaId }, body: { alt }, signal }),
    /** Takes an upload back that nothing uses. @throws RookeryError `conflict` while something does */
    discard: (mediaId: number, { signal }: { signal?: AbortSignal } = {}) =>
      call('deleteMedia', { path: { id: mediaId }, signal }),
    /** Posts of one's own and of those whom one follows, newest first. */
    timeline: ({ signal, ...query }: ListOptions<'readTimeline'> = {}): AsyncGenerator<Post> =>
      every('readTimeline', { query, signal }),
    /** Posts of everybody, newest first. */
    explore: ({ signal, ...query }: ListOptions<'readExplore'> = {}): AsyncGenerator<Post> =>
      every('readExplore', { query, signal }),
    /** Posts of an account, newest first. */
    postsOf: (
      username: string,
      { signal, ...query }: ListOptions<'listPostsOfUser'> = {},
    ): AsyncGenerator<Post> => every('listPostsOfUser', { path: { username }, query, signal }),
    /** One's own drafts, newest first. */
    drafts: ({ signal, ...query }: ListOptions<'listDrafts'> = {}): AsyncGenerator<Post> =>
      every('listDrafts', { query, signal }),
    /** Who follows an account, the latest first. */
    followersOf: (
      username: string,
      { signal, ...query }: ListOptions<'listFollowers'> = {},
    ): AsyncGenerator<AccountCard> => every('listFollowers', { path: { username }, query, signal }),
    /** Whom an account follows, the latest first. */
    followingOf: (
      username: string,
      { signal, ...query }: ListOptions<'listFollowing'> = {},
    ): AsyncGenerator<AccountCard> => every('listFollowing', { path: { username }, query, signal }),
    /** What others did, the latest first. */
    notifications: ({
      signal,
      ...query
    }: ListOptions<'listNotifications'> = {}): AsyncGenerator<Notification> =>
      every('listNotifications', { query, signal }),
    /**
     * What happens, as it happens; a lost connection is opened anew, and nothing is left out.
     * @example for await (const { type, data } of client.events()) if (type === 'notification') show(data);
     */
    events: (more: LiveOptions = {}): AsyncGenerator<LiveEvent, void, undefined> =>
      liveEvents({ baseUrl, fetch, keeper }, more),
    eventStreamUrl,
  };
}
