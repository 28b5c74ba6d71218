import type { Answer } from '../support/server.ts';
import { send } from './request.ts';
import { pause } from './step.ts';

export type Person = { id: number; name: string; token: string; refreshToken: string };

const password = 'alice-likes-dunes';

/** Signs up and in that many people: alice-1, alice-2 and so on of a group. */
export async function people(url: string, group: string, count: number): Promise<Person[]> {
  const names = Array.from({ length: count }, (_, i) => `${group}-${i + 1}`);
  const made: Person[] = [];
  // Two at a time: hashing a password takes a core for itself.
  while (names.length > 0) {
    made.push(...(await Promise.all(names.splice(0, 2).map((name) => signUp(url, name)))));
  }
  return made;
}

async function signUp(url: string, name: string): Promise<Person> {
  const account = { username: name, password };
  // A busy machine may refuse what it has written already.
  const headers = { 'idempotency-key': `sign-up-of-${name}` };
  const signUpOnce = () => send(`${url}/v2/accounts`, 'POST', { body: account, headers });
  const { body } = await accepted(signUpOnce);
  const { body: tokens } = await accepted(() => signIn(url, name));
  return { id: body.id, name, token: tokens.accessToken, refreshToken: tokens.refreshToken };
}

/** On a machine that does other things, the first answer may be that the server is busy. */
async function accepted(request: () => Promise<Answer>): Promise<Answer> {
  for (let left = 30; ; left -= 1) {
    const answer = await request();
    if (answer.status === 201) return answer;
    if (answer.status !== 503 || left === 0)
      throw new Error(`People: ${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(1000);
  }
}

export function signIn(url: string, login: string) {
  return send(`${url}/v2/sessions`, 'POST', { body: { login, password } });
}
