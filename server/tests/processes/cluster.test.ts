import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import { send } from '../support/process.ts';
import { type Running, run } from '../support/processes.ts';

const isThere = await isReached(servers.postgres);
if (!isThere) process.stderr.write('PostgreSQL is not reached: tests of a cluster are left out.\n');

const password = 'alice-likes-dunes';
const twenty = Array.from({ length: 20 }, (_, i) => i);

describe.skipIf(!isThere)('two web processes on PostgreSQL', { timeout: 60_000 }, () => {
  let dataDir: string;
  let test: TestDatabase;
  let database: Database;
  let running: Running[];
  let one: string;
  let two: string;
  let alice: string;
  let count = 0;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
    test = await emptyDatabase('postgres');
    database = openDatabase(test.url, 2);
    const environment = {
      DATABASE_URL: test.url,
      DATA_DIR: dataDir,
      SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
      PORT: '0',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    };
    running = [1, 2].map(() => run(['start', '--no-worker'], environment));
    const shown = await Promise.all(running.map((each) => each.shows(/running at (\S+)/)));
    [one = '', two = ''] = shown.map(([, url = '']) => url);
  });

  afterAll(async () => {
    await Promise.all(running.map((each) => each.end()));
    await database.close();
    test.release();
    await rm(dataDir, { recursive: true, force: true });
  });

  beforeEach(() => {
    count += 1;
    alice = `alice-${count}`;
  });

  async function signIn(username = alice) {
    await send(`${one}/v2/accounts`, 'POST', { body: { username, password } });
    const { body } = await send(`${one}/v2/sessions`, 'POST', {
      body: { login: username, password },
    });
    return { token: String(body.accessToken), refreshToken: String(body.refreshToken) };
  }

  async function meAt(url: string, token: string): Promise<[number, string | undefined]> {
    const { status, body } = await send(`${url}/v2/me`, 'GET', { token });
    return [status, body.code];
  }

  it('end a session on both when one is told to', async () => {
    const { token } = await signIn();
    const before = await meAt(two, token);

    await send(`${one}/v2/sessions/current`, 'DELETE', { token });

    expect(before).toEqual([200, undefined]);
    expect(await meAt(two, token)).toEqual([401, 'revoked_token']);
  });

  it('know nobody whose account was disabled, from the next request on', async () => {
    const { token, refreshToken } = await signIn();
    const before = [await meAt(one, token), await meAt(two, token)];

    await database.kysely
      .updateTable('accounts')
      .set({ disabled_at: new Date().toISOString() })
      .where('username', '=', alice)
      .execute();

    expect(before).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    expect(await meAt(one, token)).toEqual([401, 'revoked_token']);
    expect(await meAt(two, token)).toEqual([401, 'revoked_token']);
    const refreshed = await send(`${two}/v2/sessions/refresh`, 'POST', { body: { refreshToken } });
    expect(refreshed.body.code).toBe('revoked_token');
  });

  it('know nobody whose account was closed on the other, from the next request on', async () => {
    const { token } = await signIn();
    const before = await meAt(two, token);

    await send(`${one}/v2/me`, 'DELETE', { token, body: { password } });

    expect(before).toEqual([200, undefined]);
    expect(await meAt(two, token)).toEqual([401, 'revoked_token']);
  });

  it('give one successor to a refresh token that both are sent at once', async () => {
    const { refreshToken } = await signIn();
    const urls = twenty.map((i) => `${[one, two][i % 2]}/v2/sessions/refresh`);

    const answers = await Promise.all(
      urls.map((url) => send(url, 'POST', { body: { refreshToken } })),
    );

    const successors = new Set(answers.map(({ body }) => body.refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(twenty.map(() => 200));
    expect(successors.size).toBe(1);
    expect(await meAt(two, answers[0]?.body.accessToken)).toEqual([200, undefined]);
  });

  it('count the likes of three people exactly, sent to both at once', async () => {
    const people = [await signIn(), await signIn('bob'), await signIn('carla')];
    const token = people[0]?.token ?? '';
    const body = { text: 'Hello.' };
    const post = await send(`${one}/v2/posts`, 'POST', { token, body });
    const path = `/v2/posts/${post.body.id}/like`;

    const answers = await Promise.all(
      twenty.map((i) => send(`${[one, two][i % 2]}${path}`, 'PUT', people[i % 3])),
    );

    const seen = await send(`${two}/v2/posts/${post.body.id}`, 'GET');
    const likes = await database.selectFrom('likes').selectAll().execute();
    expect(answers.map(({ status }) => status)).toEqual(twenty.map(() => 200));
    expect(seen.body.likeCount).toBe(3);
    expect(likes).toHaveLength(3);
  });
});
