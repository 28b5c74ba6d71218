import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { emptyDatabase, isReached, servers, type TestDatabase } from '../support/databases.ts';
import {
  cleanUp,
  type Program,
  runCommand,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';

const password = 'alice-likes-dunes';
const newPassword = 'alice-liked-dunes';

type Session = { accessToken: string; refreshToken: string; sessionId: number };

/** A moderator who is signed in at both processes, and the admin. */
type Given = {
  id: number;
  username: string;
  sessions: [Session, Session];
  admin: string;
  one: Program;
  command: (args: string, input?: string) => Promise<unknown>;
};

/** Each act, done at one process, after which no token of the account works at any. Add yours. */
const acts: Record<string, (given: Given) => Promise<unknown>> = {
  'an admin disables the account': ({ one, admin, id }) =>
    one.send('PATCH', `/v2/admin/accounts/${id}`, { token: admin, body: { disabled: true } }),

  'an admin forces a new password': ({ one, admin, id }) =>
    one.send('PATCH', `/v2/admin/accounts/${id}`, { token: admin, body: { forceReset: true } }),

  'an admin takes the role away': ({ one, admin, id }) =>
    one.send('PATCH', `/v2/admin/accounts/${id}`, { token: admin, body: { role: 'user' } }),

  'an admin deletes the account': ({ one, admin, id }) =>
    one.send('DELETE', `/v2/admin/accounts/${id}`, { token: admin }),

  'its owner closes the account': ({ one, sessions: [{ accessToken: token }] }) =>
    one.send('DELETE', '/v2/me', { token, body: { password } }),

  'its owner ends both sessions from a third': async ({ one, username, sessions }) => {
    const body = { login: username, password };
    const { accessToken: token } = (await one.send('POST', '/v2/sessions', { body })).body;
    for (const { sessionId } of sessions)
      await one.send('DELETE', `/v2/sessions/${sessionId}`, { token });
  },

  'its owner changes the password at a third': async ({ one, username }) => {
    const { body } = await one.send('POST', '/v2/sessions', {
      body: { login: username, password },
    });
    const change = { oldPassword: password, newPassword };
    await one.send('PUT', '/v2/me/password', { token: body.accessToken, body: change });
  },

  'the operator gives it another password': ({ command, username }) =>
    command(`accounts reset-password ${username}`, newPassword),

  'the operator disables it': ({ command, username }) => command(`accounts disable ${username}`),
};

const reached = await Promise.all(
  (['postgres', 'mysql'] as const).map(async (engine) =>
    (await isReached(servers[engine])) ? engine : null,
  ),
);
const engines = reached.filter((engine) => engine !== null);

/** Several processes, on a machine that may be busy. */
const slowMs = 90_000;

describe.each(engines)('two processes on %s', { timeout: slowMs }, (engine) => {
  let test: TestDatabase;
  let environment: Record<string, string>;
  let one: Program;
  let two: Program;
  let admin: string;
  let given: Given;
  let count = 0;

  beforeAll(async () => {
    test = await emptyDatabase(engine);
    const dataDir = temporaryFolder();
    const secretKey = '4f0c6d1be2a97385f1c0b6d47a92e38c';
    environment = { DATA_DIR: dataDir, DATABASE_URL: test.url, SECRET_KEY: secretKey };
    one = await startProgram({ dataDir, environment });
    two = await startProgram({ dataDir, environment });
    await signUp('carla', 'admin');
    admin = (await logIn(one, 'carla')).accessToken;
  }, slowMs);

  afterAll(async () => {
    await cleanUp();
    test.release();
  });

  beforeEach(async () => {
    count += 1;
    const username = `alice-${count}`;
    const id = await signUp(username, 'moderator');
    const sessions: Given['sessions'] = [await logIn(one, username), await logIn(two, username)];
    given = { id, username, sessions, admin, one, command };
  });

  async function signUp(username: string, role: 'moderator' | 'admin'): Promise<number> {
    const { body } = await one.send('POST', '/v2/accounts', { body: { username, password } });
    const database = openDatabase(test.url, 1);
    await database.kysely
      .updateTable('accounts')
      .set({ role })
      .where('username', '=', username)
      .execute();
    await database.close();
    return body.id;
  }

  async function logIn(at: Program, login: string): Promise<Session> {
    const { body } = await at.send('POST', '/v2/sessions', { body: { login, password } });
    return body as Session;
  }

  async function command(args: string, input = ''): Promise<void> {
    const { code, stderr } = await runCommand(args.split(' '), { environment, input });
    if (code !== 0) throw new Error(stderr);
  }

  /** What both processes say to every access token, and then to every refresh token. */
  async function answers(): Promise<number[]> {
    const everywhere = [one, two].flatMap((at) =>
      given.sessions.map((session) => ({ at, session })),
    );
    const access = await Promise.all(
      everywhere.map(({ at, session: { accessToken: token } }) =>
        at.send('GET', '/v2/admin/accounts', { token }),
      ),
    );
    const refresh = await Promise.all(
      everywhere.map(({ at, session: { refreshToken } }) =>
        at.send('POST', '/v2/sessions/refresh', { body: { refreshToken } }),
      ),
    );
    return [...access, ...refresh].map(({ status }) => status);
  }

  it('S31: know every token before', async () => {
    expect(await answers()).toEqual(Array(8).fill(200));
  });

  it.each(Object.keys(acts))('S31, S32, S33, S52: know no token of it once %s', async (name) => {
    const before = await two.send('GET', '/v2/me', { token: given.sessions[0].accessToken });

    await acts[name]?.(given);

    // The very next requests: nothing is waited for.
    expect(before.body).toMatchObject({ role: 'moderator' });
    expect(await answers()).toEqual(Array(8).fill(401));
  });
});
