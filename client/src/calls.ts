import type { Tokens } from './generated.ts';
import {
  type AnswerOf,
  type Input,
  type InputArguments,
  type ItemOf,
  type OperationId,
  type PagedId,
  requestOf,
} from './operations.ts';
import type { TokenKeeper } from './token-keeper.ts';
import { type Answer, type Fetch, isProblem, send, successOf } from './transport.ts';

type Needs = { baseUrl: string; fetch: Fetch; keeper: TokenKeeper };

/** How a client speaks to its server. */
export type Calls = ReturnType<typeof calls>;

/** Operations that open a session. They are sent without a token, and what they hand out is kept. */
const signIns: ReadonlySet<OperationId> = new Set<OperationId>([
  'logIn',
  'finishLogIn',
  'logInByPasskey',
  'signInWithProvider',
  'confirmAuthorization',
]);

/** Calls operations for the account that is signed in, and notices when that changes. */
export function calls({ baseUrl, fetch, keeper }: Needs) {
  /**
   * Calls any operation by its name. Every way of signing in is noticed, and so is the end of the session.
   * @example await client.call('updatePost', { path: { id: 3 }, body: { text: 'At last.' } })
   */
  async function call<Id extends OperationId>(
    id: Id,
    ...[input = {} as Input<Id>]: InputArguments<Id>
  ): Promise<AnswerOf<Id>> {
    return callBy(fetch, id, input);
  }

  /** As `call`, by another way of sending. */
  async function callBy<Id extends OperationId>(
    fetch: Fetch,
    id: Id,
    input: Input<Id>,
  ): Promise<AnswerOf<Id>> {
    if (signIns.has(id)) {
      const answer = await openCall(id, input);
      await keeper.set(tokensOf(answer as Tokens), 'signed-in');
      return answer;
    }
    const tokens = id === 'refresh' ? null : await keeper.read();
    if (!tokens) return openCall(id, input);
    const answer = successOf(await sendAs(tokens, fetch, id, input)) as AnswerOf<Id>;
    if (endsSession(id, input, tokens)) await keeper.set(null, 'signed-out');
    return answer;
  }

  async function sendAs<Id extends OperationId>(
    tokens: Tokens,
    fetch: Fetch,
    id: Id,
    input: Input<Id>,
  ): Promise<Answer> {
    const request = requestOf(baseUrl, id, input);
    const sendBy = ({ accessToken }: Tokens) => {
      const headers = { ...request.headers, authorization: `Bearer ${accessToken}` };
      return send(fetch, { ...request, headers });
    };
    const answer = await sendBy(tokens);
    return isTokenRefused(answer) ? sendBy(await keeper.renew(tokens)) : answer;
  }

  /** Calls an operation without a token. */
  async function openCall<Id extends OperationId>(id: Id, input: Input<Id>): Promise<AnswerOf<Id>> {
    return successOf(await send(fetch, requestOf(baseUrl, id, input))) as AnswerOf<Id>;
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

  return { call, callBy, openCall, every };
}

const tokenRefusals = ['expired_token', 'bad_token', 'revoked_token'];

/**
 * Whether the server refused an access token. Only a refresh shows whether the session is over: a token is also
 * `revoked_token` when another one has replaced it.
 */
export function isTokenRefused({ status, body }: Answer): boolean {
  return status === 401 && isProblem(body) && tokenRefusals.includes(body.code);
}

function tokensOf({ accessToken, tokenType, expiresIn, refreshToken, sessionId }: Tokens): Tokens {
  return { accessToken, tokenType, expiresIn, refreshToken, sessionId };
}

function endsSession(id: OperationId, input: object, { sessionId }: Tokens): boolean {
  if (id === 'closeMe') return true;
  if (id !== 'endSession') return false;
  const ended = (input as Input<'endSession'>).path.id;
  return ended === 'current' || ended === sessionId;
}
