import { randomUUID } from 'node:crypto';
import { type Person, people } from '../faults/people.ts';
import { expectations, type Outcome } from '../faults/step.ts';
import { send } from '../support/process.ts';
import type { Stack } from './stack.ts';

const readers = 12;
const writers = 12;
const restarts = 6;

/** Restarts the web processes one after the other while clients read and post: nobody notices, and nothing is done twice. */
export function rolling(stack: Stack): Promise<Outcome> {
  return unnoticed(stack, 'rolling', (i) => stack.restart(i % 2 === 0 ? 0 : 1));
}

/** The same at one address, whose processes their supervisor restarts at SIGHUP. */
export async function sighup(stack: Stack): Promise<Outcome> {
  const supervised = await stack.startSupervised();
  try {
    return await unnoticed({ ...stack, url: supervised.url }, 'sighup', supervised.restart);
  } finally {
    await supervised.end();
  }
}

type Target = Pick<Stack, 'url' | 'database'>;

/** @param group names the people and the posts of this step alone */
async function unnoticed(
  { url, database }: Target,
  group: string,
  restart: (i: number) => Promise<void>,
): Promise<Outcome> {
  const { expect, problems } = expectations();
  const crowd = await people(url, group, 6);
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
      await one(`GET ${path}`, () => send(url + path, 'GET', { token }));
    }
  }

  async function write({ token }: Person): Promise<void> {
    while (!over.signal.aborted) {
      const text = `Hello ${group} ${randomUUID()}`;
      const headers = { 'idempotency-key': randomUUID() };
      const post = () => send(`${url}/v2/posts`, 'POST', { token, headers, body: { text } });
      if (await one('POST /v2/posts', post)) texts.push(text);
    }
  }

  const each = (count: number, task: (person: Person) => Promise<void>) =>
    Array.from({ length: count }, (_, i) => task(crowd[i % crowd.length] as Person));
  const clients = [...each(readers, read), ...each(writers, write)];
  for (let i = 0; i < restarts; i += 1) await restart(i);
  over.abort();
  await Promise.all(clients);

  expect('failed requests', failed.slice(0, 5), []);
  const rows = await database.kysely.selectFrom('posts').select('text').execute();
  const seen = rows.map(({ text }) => text).filter((text) => text.startsWith(`Hello ${group} `));
  const kept = new Set(seen);
  expect('posts that are there twice', seen.length - kept.size, 0);
  expect(
    'acknowledged posts that are lost',
    texts.filter((text) => !kept.has(text)),
    [],
  );
  const figures = `${restarts} restarts, ${requests} requests, ${failed.length} failed, ${texts.length} posts, none lost or doubled`;
  return { figures, problems };
}
