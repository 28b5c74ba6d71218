import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cleanUp,
  type Program,
  runCommand,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';
import { sampleOf, seenIn } from '../support/samples.ts';

/**
 * The addresses that the README of flask-api lists, and the user that it draws, against the program as a newcomer starts it:
 * on an empty folder, over the wire.
 */
describe('a started program, to somebody with the README of flask-api', { timeout: 60_000 }, () => {
  const username = 'alice@example.com';
  const password = 'alice-likes-dunes';
  let dataDir: string;
  let program: Program;
  let access: { token: string };
  let refresh: { token: string };

  /** As it is drawn there, and `response` and `total` beside it. */
  const envelope = { status: true, response: true, message: '' };
  const channel = { streamer_id: 's-1', streaming_history: ['1'] };
  const favorite = { id: '1', name: 'Dunes', url: 'https://example.com/1', favorited_at: 'today' };
  const changeable = {
    profile: { fullname: 'Kucing Cakep', gender: 'Male', city: 'Sidoarjo' },
    accounts: {
      gmail: { is_login: true },
      youtube: { is_login: false },
      facebook: { is_login: false },
    },
    user_type: { streamer: channel, seller: channel },
    played_games: ['CHESS'],
    favorites: { facebook: [favorite], youtube: [favorite] },
  };
  const user = {
    default_user_type: 'user',
    last_login: '2020-05-20 10:00:00',
    username,
    email: username,
    ...changeable,
  };

  beforeAll(async () => {
    dataDir = temporaryFolder();
    program = await startProgram({ dataDir });
    await register(username);
  });

  afterAll(cleanUp);

  const register = (name: string) =>
    program.send('POST', '/api/user', {
      body: { name: 'Alice', username: name, password, password_confirm: password },
    });
  const logIn = (body: object) => program.send('POST', '/api/auth/login', { body });
  const put = (path: string, body?: unknown) =>
    program.send('PUT', path, { ...access, ...(body === undefined ? {} : { body }) });

  it('registers a user', async () => {
    const answer = await register('bob@example.com');

    expect(seenIn(answer)).toEqual(
      sampleOf(200, { ...envelope, results: { name: 'Alice', username } }),
    );
    expect((await program.send('POST', '/api/user', { body: { username } })).status).toBe(400);
  });

  it('signs in, says so, and renews the access token', async () => {
    const signedIn = await logIn({ username, password });
    const { access_token, refresh_token } = signedIn.body.results;
    access = { token: access_token };
    refresh = { token: refresh_token };
    const isIn = await program.send('GET', '/api/auth/login', access);
    const renewed = await program.send('GET', '/api/refresh', refresh);

    const tokens = { access_token: '', access_token_expired: '1600000000' };
    const more = { refresh_token: '', refresh_token_expired: '1600000000', username };
    expect(seenIn(signedIn)).toEqual(
      sampleOf(200, { ...envelope, results: { ...tokens, ...more } }),
    );
    expect(seenIn(isIn)).toEqual(sampleOf(200, { status: true, response: true }));
    expect(seenIn(renewed)).toEqual(sampleOf(200, { ...envelope, results: tokens }));
    expect((await logIn({ username, password: 'wrong' })).status).toBe(401);
  });

  it('keeps a user as the README draws one', async () => {
    const changed = await put('/api/user', changeable);
    const me = await program.send('GET', '/api/user/me', access);

    const sample = sampleOf(200, { ...envelope, results: user });
    expect([seenIn(changed), seenIn(me)]).toEqual([sample, sample]);
    expect(me.body.results).toMatchObject({ username, email: username, ...changeable });
    expect(me.body.results.last_login).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('lists all users, those who are active, and one', async () => {
    const all = await put('/api/user/all');
    const active = await put('/api/user/active');
    const one = await put(`/api/user/${username}`);
    const nobody = await put('/api/user/nobody@example.com');

    for (const list of [all, active]) {
      expect(list).toMatchObject({
        status: 200,
        body: { status: true, total: expect.any(Number) },
      });
      const found = list.body.results.find((it: { username: string }) => it.username === username);
      expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(user)));
    }
    expect(seenIn(one)).toEqual(sampleOf(200, { ...envelope, results: user }));
    expect(seenIn(nobody)).toEqual(
      sampleOf(404, { status: false, response: false, message: '', results: null }),
    );
  });

  it('lets admins alone delete a user', async () => {
    const path = '/api/user/bob@example.com';
    const refused = await program.send('DELETE', path, access);
    await runCommand(['accounts', 'role', username, 'admin'], {
      environment: { DATA_DIR: dataDir },
    });
    access = { token: (await logIn({ username, password })).body.results.access_token };
    const deleted = await program.send('DELETE', path, access);

    const no = { status: false, response: false, message: '', results: null };
    const results = { deleted_username: 'bob@example.com' };
    expect(seenIn(refused)).toEqual(sampleOf(403, no));
    expect(seenIn(deleted)).toEqual(sampleOf(200, { ...envelope, results }));
  });

  it('signs out, after which the token is worth nothing', async () => {
    const out = await program.send('GET', '/api/auth/logout', access);
    const after = await program.send('GET', '/api/auth/login', access);
    const without = await program.send('GET', '/api/user/me');

    const unauthorized = sampleOf(401, { status: false, response: false, message: '' });
    expect(seenIn(out)).toEqual(sampleOf(200, envelope));
    expect([seenIn(after), seenIn(without)]).toEqual([unauthorized, unauthorized]);
  });
});
