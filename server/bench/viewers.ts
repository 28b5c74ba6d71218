import { largeSetPassword } from '../src/app/seed/large-set.ts';
import { type Address, Connection, jsonRequest, type WireRequest } from './connection.ts';

/** Who drives the load: an account of the large set that is signed in. */
export type BenchViewer = { username: string; token: string };

const maxAgeMs = 5 * 60 * 1000;

/** Signs accounts in, and again before their tokens expire. */
export function viewerPool(address: Address) {
  const known = new Map<string, BenchViewer & { since: number }>();

  async function signIn(username: string): Promise<BenchViewer> {
    const before = known.get(username);
    if (before && Date.now() - before.since < maxAgeMs) return before;
    const connection = await Connection.open(address);
    const { status, body } = await connection.send(loginRequest(username));
    connection.close();
    if (status !== 201) throw new Error(`${username} could not sign in: ${body.toString()}`);
    const { accessToken: token } = JSON.parse(body.toString()) as { accessToken: string };
    const viewer = { username, token, since: Date.now() };
    known.set(username, viewer);
    return viewer;
  }

  /** One after the other: a hash takes 19 MiB and a core. */
  async function signInAll(usernames: readonly string[]): Promise<BenchViewer[]> {
    const viewers: BenchViewer[] = [];
    for (const username of usernames) viewers.push(await signIn(username));
    return viewers;
  }

  return { signIn, signInAll };
}

export function loginRequest(login: string): WireRequest {
  return jsonRequest('POST', '/v2/sessions', { login, password: largeSetPassword });
}

export function signUpRequest(username: string): WireRequest {
  const body = { username, password: largeSetPassword, email: emailOf(username) };
  return jsonRequest('POST', '/v2/accounts', body);
}

/** As in the large set. */
export function emailOf(username: string): string {
  return `${username}@example.com`;
}
