import { randomUUID } from 'node:crypto';
import { type Person, people } from '../faults/people.ts';
import { expectations, type Outcome } from '../faults/step.ts';
import { send } from '../support/process.ts';
import type { Stack } from './stack.ts';

const readers = 12;
const writers = 12;
const restarts = 6;

/** Restarts the web processes one after the other while clients read and post: nobody notices, and nothing is done twice. */
export async function rolling(stack: Stack): Promise<Outcome> {
  const { expect, problems } = expectations();
  const crowd = await people(stack.url, 'rolling', 6);
  const failed: string[] = [];
  const texts: string[] = [];
  let requests = 0;
  const over = new AbortController();

  async function one(what: string, request: () => Promise<{ status: number }>): Promise<boolean> {
    requests += 1;
    const answer = await request().catch((error: unknown) => ({ status: String(error) }));
    const isGood = typeof answer.status === 'number' && answer.status < 300;
    if (!isGood) failed.push(`${what}: ${answer.status}`);
    return isGood;
  }

  async function read({ token, name }: Person): Promise<void> {
    const paths = ['/v2/explore', '/v2/timeline', '/v2/me', `/v2/users/${name}/posts`];
    for (let i = 0; !over.signal.aborted; i += 1) {
      const path = paths[i % paths.length] ?? '';
      await one(`GET ${path}`, () => send(stack.url + path, 'GET', { token }));
    }
  }

  async function write({ token }: Person): Promise<void> {
    while (!over.signal.aborted) {
      const text = `Hello ${randomUUID()}`;
      const headers = { 'idempotency-key': randomUUID() };
      const post = () => send(`${stack.url}/v2/posts`, 'POST', { token, headers, body: { text } });
      if (await one('POST /v2/posts', post)) texts.push(text);
    }
  }

  const each = (count: number, task: (person: Person) => Promise<void>) =>
    Array.from({ length: count }, (_, i) => task(crowd[i % crowd.length] as Person));
  const clients = [...each(readers, read), ...each(writers, write)];
  for (let i = 0; i < restarts; i += 1) await stack.restart(i % 2 === 0 ? 0 : 1);
  over.abort();
  await Promise.all(clients);

  expect('failed requests', failed.slice(0, 5), []);
  const rows = await stack.database.kysely.selectFrom('posts').select('text').execute();
  const seen = rows.map(({ text }) => text).filter((text) => text.startsWith('Hello '));
  expect('posts that are there twice', seen.length - new Set(seen).size, 0);
  expect(
    'acknowledged posts that are lost',
    texts.filter((text) => !seen.includes(text)),
    [],
  );
  const figures = `${restarts} restarts, ${requests} requests, ${failed.length} failed, ${texts.length} posts, none lost or doubled`;
  return { figures, problems };
}
