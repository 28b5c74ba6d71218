import { largeSetPassword } from '../src/app/seed/large-set.ts';
import { jsonRequest, type WireRequest } from './connection.ts';
import type { BenchViewer } from './viewers.ts';

/** An account that is signed in at `/v2` and at an older contract. */
export type OlderViewer = BenchViewer & { olderToken: string };

/** How an older contract lets somebody in. */
export type OlderDoor = {
  path: string;
  bodyOf: (username: string, password: string) => object;
  tokenIn: (answer: Answer) => string | undefined;
};

type Answer = { access_token?: string; data?: { token?: string } };

/** Below the quarter of an hour that the shortest token lives. */
const maxAgeMs = 5 * 60 * 1000;

/** Signs accounts in at older contracts, and again before their tokens expire. */
export function olderPool(ask: (request: WireRequest) => Promise<Buffer>) {
  const known = new Map<string, { token: string; since: number }>();

  async function tokenOf(username: string, { path, bodyOf, tokenIn }: OlderDoor): Promise<string> {
    const key = `${path} ${username}`;
    const before = known.get(key);
    if (before && Date.now() - before.since < maxAgeMs) return before.token;
    const body = bodyOf(username, largeSetPassword);
    const answer: Answer = JSON.parse((await ask(jsonRequest('POST', path, body))).toString());
    const token = tokenIn(answer) ?? '';
    known.set(key, { token, since: Date.now() });
    return token;
  }

  return async (viewers: readonly BenchViewer[], door: OlderDoor): Promise<OlderViewer[]> => {
    const signedIn: OlderViewer[] = [];
    for (const viewer of viewers) {
      signedIn.push({ ...viewer, olderToken: await tokenOf(viewer.username, door) });
    }
    return signedIn;
  };
}
