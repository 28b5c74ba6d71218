import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwords, type TestServer, testServer } from '../../../support/server.ts';

describe('passwords', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ hasRealPasswords: true });
  });

  afterEach(() => server.close());

  const signUp = (username: string, password: string, more: object = {}) =>
    server.send('POST', '/v2/accounts', { body: { username, password, ...more } });
  const logIn = (login: string, password: string) =>
    server.send('POST', '/v2/sessions', { body: { login, password } });

  it('S01: must have eight characters, counted as people count', async () => {
    const seven = await signUp('bob', 'a-long-');
    const sevenEmoji = await signUp('bob', '🌵🌵🌵🌵🌵🌵🌵');
    const eight = await signUp('bob', 'a-long-w');

    expect([seven.status, sevenEmoji.status, eight.status]).toEqual([422, 422, 201]);
    expect(seven.body.fields).toMatchObject([{ field: 'password' }]);
  });

  it('S02: may have 128 characters, and none is ignored', async () => {
    const password = 'dune'.repeat(32);
    const made = await signUp('bob', password);
    const right = await logIn('bob', password);
    const lastWrong = await logIn('bob', `${password.slice(0, -1)}x`);
    const longer = await signUp('carla', `${password}d`);

    expect([made.status, right.status, lastWrong.status, longer.status]).toEqual([
      201, 201, 401, 422,
    ]);
  });

  it('S03: are compared exactly', async () => {
    await signUp('bob', 'a-long-Walk');
    const others = [
      ' a-long-Walk ',
      'A-LONG-WALK',
      'a-long-walk',
      ' a-long-Walk',
      'a-long-Walk\u200b',
    ];
    const answers = await Promise.all(others.map((other) => logIn('bob', other)));
    const exact = await logIn('bob', 'a-long-Walk');

    expect(answers.map((a) => a.status)).toEqual([401, 401, 401, 401, 401]);
    expect(exact.status).toBe(201);
  });

  it('S04: must not be the first that anybody would guess', async () => {
    const common = [
      'password',
      'PassWord',
      '12345678',
      'qwertyuiop',
      'iloveyou',
      'bob.the.builder',
    ];
    const answers = await Promise.all(common.map((word) => signUp('bob.the.builder', word)));

    expect(answers.map((a) => a.status)).toEqual(common.map(() => 422));
    expect(answers.map((a) => a.body.fields[0].field)).toEqual(common.map(() => 'password'));
  });

  it('S05: may be of any composition', async () => {
    const lower = await signUp('alice', 'abendspaziergang');
    const spaces = await signUp('bob', 'a long walk at dusk');
    const unicode = await signUp('carla', 'дюны и ветер 🌵');

    expect([lower.status, spaces.status, unicode.status]).toEqual([201, 201, 201]);
  });

  it('S07: stay good for years', async () => {
    await server.tokens('alice');
    server.clock.advance(5 * 365 * 24 * 3600 * 1000);
    const answer = await logIn('alice', passwords.alice);

    expect(answer.status).toBe(201);
  });

  it('S10: are nobody’s on a new server', async () => {
    const accounts = await server.app.database.selectFrom('accounts').selectAll().execute();
    const admin = await logIn('admin', 'admin');

    expect(accounts).toEqual([]);
    expect(admin.status).toBe(401);
  });

  it('S48: are stored as argon2id of OWASP’s cost, and shown nowhere', async () => {
    await server.tokens('alice');
    const rows = await server.app.database.selectFrom('accounts').selectAll().execute();
    const me = await server.send('GET', '/v2/me', { as: 'alice' });

    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(me.body)).not.toContain('argon2');
  });
});

describe('names', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ hasRealPasswords: true });
    await server.tokens('alice');
  });

  afterEach(() => server.close());

  const signUp = (username: string, more: object = {}) => {
    const body = { username, password: 'a-long-walk-home', ...more };
    return server.send('POST', '/v2/accounts', { body });
  };

  it('S20: are the same in any case', async () => {
    const username = await signUp('ALICE');
    const email = await signUp('bob', { email: 'Alice@Example.COM' });

    expect(username.body).toMatchObject({ status: 409, fields: [{ field: 'username' }] });
    expect(email.body).toMatchObject({ status: 409, fields: [{ field: 'email' }] });
  });

  it('S20: cannot be imitated by wide or invisible characters', async () => {
    const wide = await signUp('ａｌｉｃｅ');
    const invisible = await signUp('ali\u200bce');
    const login = { login: 'ＡＬＩ\u200bＣＥ', password: passwords.alice };
    const folded = await server.send('POST', '/v2/sessions', { body: login });

    expect([wide.status, invisible.status]).toEqual([422, 422]);
    expect(folded.status).toBe(201);
  });

  it('S21: go to one of twenty who want the same at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => signUp('bob')));
    const statuses = answers.map((a) => a.status).sort((a, b) => a - b);
    const rows = await server.app.database
      .selectFrom('accounts')
      .select('id')
      .where('username', '=', 'bob')
      .execute();

    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    expect(rows).toHaveLength(1);
  });

  it('S21: an e-mail goes to one of twenty who want the same at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => signUp(`bob${i}`, { email: 'bob@example.com' })),
    );
    const statuses = answers.map((a) => a.status).sort((a, b) => a - b);

    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
  });
});
