import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aStaffMember, changeAccount } from '../../support/given.ts';
import { type Person, passwords, type TestServer, testServer } from '../../support/server.ts';
import { tallyOf } from '../../support/tally.ts';

const dayMs = 24 * 3_600_000;

describe('an invite', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ environment: { SIGNUPS: 'closed' } });
    await server.tokens('alice');
    await setRole('moderator');
  });

  afterEach(() => server.close());

  function setRole(role: 'user' | 'moderator' | 'admin') {
    return server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ role }).where('username', '=', 'alice').execute(),
    );
  }

  async function invited(body: object = {}): Promise<string> {
    return (await server.send('POST', '/v2/invites', { as: 'alice', body })).body.token;
  }

  const signUp = (more: object) =>
    server.send('POST', '/v2/accounts', {
      body: { username: 'bob', password: passwords.bob, ...more },
    });

  it('lets one person in while sign-ups are closed', async () => {
    const invite = await invited();

    const without = await signUp({});
    const first = await signUp({ invite });
    const second = await signUp({ username: 'carla', invite });

    expect([without.status, without.body.code]).toEqual([403, 'forbidden']);
    expect(first.status).toBe(201);
    expect([second.status, second.body.code]).toEqual([410, 'gone']);
  });

  it('S15: makes one account of twenty parallel sign-ups', async () => {
    const invite = await invited();
    const names = Array.from({ length: 20 }, (_, i) => `bob${i}`);

    const answers = await Promise.all(names.map((username) => signUp({ username, invite })));
    const accounts = await server.app.database.selectFrom('accounts').select('username').execute();

    expect(tallyOf(answers)).toEqual({ 201: 1, 410: 19 });
    expect(accounts).toHaveLength(2);
  });

  it('is not used up by a sign-up that fails', async () => {
    const invite = await invited();

    const taken = await signUp({ username: 'alice', invite });
    const weak = await signUp({ password: 'password', invite });
    const good = await signUp({ invite });

    expect([taken.status, weak.status, good.status]).toEqual([409, 422, 201]);
  });

  it('answers a repeated sign-up as the first time', async () => {
    const invite = await invited();
    const headers = { 'idempotency-key': 'k' };
    const body = { username: 'bob', password: passwords.bob, invite };

    const first = await server.send('POST', '/v2/accounts', { body, headers });
    const again = await server.send('POST', '/v2/accounts', { body, headers });

    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
  });

  it('is for its e-mail alone when it has one', async () => {
    const invite = await invited({ email: 'bob@example.com' });

    const other = await signUp({ invite, email: 'carla@example.com' });
    const none = await signUp({ invite });
    const right = await signUp({ invite, email: 'Bob@example.com' });

    expect([other.status, other.body.fields[0].field]).toEqual([422, 'invite']);
    expect([none.status, right.status]).toEqual([422, 201]);
  });

  it('ends after seven days', async () => {
    const invite = await invited();
    server.clock.advance(7 * dayMs);

    const answer = await signUp({ invite });

    expect([answer.status, answer.body.code]).toEqual([410, 'expired']);
  });

  it('S49: is made by moderators and admins, and noted', async () => {
    await setRole('user');
    const refused = await server.send('POST', '/v2/invites', { as: 'alice', body: {} });
    await setRole('admin');
    const made = await server.send('POST', '/v2/invites', { as: 'alice', body: {} });
    const noted = server.app.database.selectFrom('audit_log').selectAll();
    const entries = await noted.where('action', '=', 'invite.created').execute();

    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(made.body).toEqual({
      id: expect.any(Number),
      madeBy: expect.any(Number),
      createdAt: '2026-06-01T12:00:00.000Z',
      token: expect.stringMatching(/^\d+\.[0-9a-f]{32}$/),
      email: null,
      expiresAt: '2026-06-08T12:00:00.000Z',
    });
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain(made.body.token);
  });

  const list = async (as: Person) =>
    (await server.send('GET', '/v2/invites', { as })).body.items?.map(
      ({ id }: { id: number }) => id,
    );

  it('is listed while it waits, the newest first, without its token', async () => {
    const made = [];
    for (const body of [{}, { email: 'bob@example.com' }, {}, {}]) {
      made.push((await server.send('POST', '/v2/invites', { as: 'alice', body })).body);
      server.clock.advance(1000);
    }
    await signUp({ invite: made[2].token });
    await server.send('DELETE', `/v2/invites/${made[3].id}`, { as: 'alice' });

    const { status, body } = await server.send('GET', '/v2/invites', { as: 'alice' });

    const [{ token: _a, ...first }, { token: _b, ...second }] = made;
    expect([status, body]).toEqual([200, { items: [second, first] }]);
    server.clock.advance(7 * dayMs);
    server.forget('alice');
    expect(await list('alice')).toEqual([]);
  });

  it('S44, S49: is seen and revoked by its maker and by admins, and by nobody else', async () => {
    await aStaffMember(server, 'bob', 'moderator');
    await aStaffMember(server, 'carla', 'admin');
    const [first, second] = [await invited(), await invited()].map((token) => token.split('.')[0]);
    const revoke = (as: Person, id?: string) => server.send('DELETE', `/v2/invites/${id}`, { as });

    const listed = [await list('alice'), await list('bob'), await list('carla')];
    const byBob = await revoke('bob', first);
    const byAlice = await revoke('alice', first);
    const again = await revoke('alice', first);
    const byCarla = await revoke('carla', second);
    await setRole('user');
    const byUser = await server.send('GET', '/v2/invites', { as: 'alice' });

    const ids = [Number(second), Number(first)];
    expect(listed).toEqual([ids, [], ids]);
    expect([byBob.status, byAlice.status, again.status, byCarla.status]).toEqual([
      404, 204, 404, 204,
    ]);
    expect([byUser.status, byUser.body.code]).toEqual([403, 'forbidden']);
  });

  it('S15: is used or revoked, and not both', async () => {
    for (let i = 0; i < 5; i += 1) {
      const invite = await invited();
      const revoked = server.send('DELETE', `/v2/invites/${invite.split('.')[0]}`, { as: 'alice' });
      const used = signUp({ username: `user-${i}`, invite });

      const statuses = [(await revoked).status, (await used).status];

      expect([
        [204, 410],
        [404, 201],
      ]).toContainEqual(statuses);
    }
  });

  it('waits a hundred times at most', async () => {
    for (let i = 0; i < 100; i += 1) await invited();

    const answer = await server.send('POST', '/v2/invites', { as: 'alice', body: {} });

    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
  });

  it('S52: ends with the rights of its maker, also one that was on its way meanwhile', async () => {
    const invite = await invited();
    // Past the service, which ends those that wait.
    await setRole('user');
    const meanwhile = await signUp({ invite });
    await setRole('moderator');
    await changeAccount(server, 'alice', { role: 'user' });
    await changeAccount(server, 'alice', { role: 'moderator' });
    const after = await signUp({ invite });

    expect([meanwhile.body.code, after.body.code]).toEqual(['gone', 'gone']);
  });

  it('refuses a token that is none', async () => {
    const answer = await signUp({ invite: '1.00000000000000000000000000000000' });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'invite']);
  });
});
