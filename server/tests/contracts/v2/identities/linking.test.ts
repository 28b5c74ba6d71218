import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Claims, type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { beforeTransaction } from '../../../support/races.ts';
import { aTotp } from '../../../support/second-factor.ts';
import { type Person, passwords, type TestServer } from '../../../support/server.ts';
import { identityServer, signInWith } from './identity-server.ts';

const atProvider = { sub: 'a-1', email: 'someone@example.com', email_verified: true };

describe('linking a provider', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  beforeEach(async () => {
    server = await identityServer(provider);
  });

  afterEach(() => server.close());

  afterAll(() => provider.close());

  async function link(as: Person, claims: Claims = atProvider) {
    const idToken = await provider.idToken(claims);
    const body = { provider: 'oidc', idToken, password: passwords[as] };
    return server.send('POST', '/v2/me/identities', { as, body });
  }

  const list = async (as: Person) => (await server.send('GET', '/v2/me/identities', { as })).body;

  it('opens a way into the account, once', async () => {
    const first = await link('alice');
    const again = await link('alice');

    expect([first.status, first.body]).toEqual([
      201,
      {
        id: expect.any(Number),
        provider: 'oidc',
        email: 'someone@example.com',
        createdAt: server.clock.now().toISOString(),
        lastUsedAt: server.clock.now().toISOString(),
      },
    ]);
    expect(again.body).toEqual(first.body);
    expect((await list('alice')).items).toEqual([first.body]);
    const { body } = await signInWith(server, provider, atProvider);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    expect((await server.send('GET', '/v2/me', { headers })).body.username).toBe('alice');
  });

  it('changes nothing of the e-mail, and verifies none', async () => {
    await link('alice', { ...atProvider, email: 'alice@example.com' });

    const { body } = await server.send('GET', '/v2/me', { as: 'alice' });

    expect([body.email, body.emailVerified]).toEqual(['alice@example.com', false]);
  });

  it('is refused for one that leads into another account', async () => {
    await link('alice');

    const answer = await link('bob');

    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    expect((await list('bob')).items).toEqual([]);
  });

  it('gives one of twenty who want the same identity at once, and no more', async () => {
    const people = ['alice', 'bob', 'carla'] as const;
    for (const person of people) await server.tokens(person);

    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => link(people[i % 3]!)));

    const lists = await Promise.all(people.map(list));
    expect(lists.flatMap(({ items }) => items)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });

  it('stops at twenty', async () => {
    for (let i = 0; i < 20; i += 1) await link('alice', { sub: `a-${i}` });

    expect((await link('alice', { sub: 'one-more' })).status).toBe(409);
    expect((await link('alice', { sub: 'a-7' })).status).toBe(201);
  });

  it('is undone by its owner alone', async () => {
    const { id } = (await link('alice')).body;

    const bobs = await server.send('DELETE', `/v2/me/identities/${id}`, { as: 'bob' });
    const own = await server.send('DELETE', `/v2/me/identities/${id}`, { as: 'alice' });
    const again = await server.send('DELETE', `/v2/me/identities/${id}`, { as: 'alice' });

    expect([bobs.status, own.status, again.status]).toEqual([404, 204, 404]);
    expect((await list('alice')).items).toEqual([]);
    expect((await signInWith(server, provider, atProvider)).body.created).toBe(true);
  });

  it('cannot be undone where it is the only way in', async () => {
    const { body } = await signInWith(server, provider, atProvider);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    const { items } = (await server.send('GET', '/v2/me/identities', { headers })).body;

    const answer = await server.send('DELETE', `/v2/me/identities/${items[0].id}`, { headers });

    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
  });

  it('can be undone where another identity or a passkey is left, though not both at once', async () => {
    const { body } = await signInWith(server, provider, atProvider);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    const second = { provider: 'oidc', idToken: await provider.idToken({ sub: 'a-2' }) };
    await server.send('POST', '/v2/me/identities', { headers, body: second });
    const { items } = (await server.send('GET', '/v2/me/identities', { headers })).body;
    const unlink = ({ id }: { id: number }) =>
      server.send('DELETE', `/v2/me/identities/${id}`, { headers });

    const answers = await Promise.all(items.map(unlink));

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
    const { body: left } = await server.send('GET', '/v2/me/identities', { headers });
    await givePasskey(server);
    expect((await unlink(left.items[0])).status).toBe(204);
  });

  it('ends, once it is undone, the second step of those who came by it', async () => {
    const { id } = (await link('alice')).body;
    const { code } = await aTotp(server, 'alice');
    const { body } = await signInWith(server, provider, atProvider);
    const { token: challenge } = body.challenge;
    const unlinked = await server.send('DELETE', `/v2/me/identities/${id}`, { as: 'alice' });
    const second = { challenge, code: code() };
    const answer = await server.send('POST', '/v2/sessions/second-factor', { body: second });

    expect(unlinked.status).toBe(204);
    expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
  });

  it('leads to no second step when it is undone while somebody comes by it', async () => {
    const { id } = (await link('alice')).body;
    await aTotp(server, 'alice');
    await link('alice');
    const unlink = () => server.send('DELETE', `/v2/me/identities/${id}`, { as: 'alice' });
    // After the transaction that notes the use of the identity.
    const hasRun = beforeTransaction(server, unlink, 1);
    const { status, body } = await signInWith(server, provider, atProvider);

    expect(hasRun()).toBe(true);
    expect([status, body.code]).toEqual([401, 'wrong_password']);
  });

  it('is written down and told to the owner, both ways', async () => {
    const { id } = (await link('alice')).body;
    await server.send('DELETE', `/v2/me/identities/${id}`, { as: 'alice' });

    const entries = await server.app.database
      .selectFrom('audit_log')
      .select(['action', 'actor_id', 'details'])
      .where('action', 'like', 'identity.%')
      .orderBy('id')
      .execute();
    const told = await server.app.database
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'account.changed')
      .execute();

    const details = { provider: 'oidc', identityId: id };
    expect(entries.map((entry) => ({ ...entry, details: JSON.parse(entry.details) }))).toEqual([
      { action: 'identity.linked', actor_id: 1, details },
      { action: 'identity.unlinked', actor_id: 1, details },
    ]);
    const change = { accountId: 1, what: 'identity' };
    expect(told.map(({ payload }) => JSON.parse(payload))).toEqual([change, change]);
  });

  it('S25: ends with the account, and the identity may begin anew', async () => {
    const { body } = await signInWith(server, provider, atProvider);
    const headers = { authorization: `Bearer ${body.accessToken}` };
    await server.send('DELETE', '/v2/me', { headers });

    const atOnce = await signInWith(server, provider, atProvider);
    await server.work();
    const later = await signInWith(server, provider, atProvider);

    expect([atOnce.body.created, later.body.created]).toEqual([true, false]);
    const accounts = await server.app.database.selectFrom('accounts').select('id').execute();
    expect(accounts).toHaveLength(1);
  });

  it.each([
    [{ provider: 'oidc' }, 'idToken'],
    [{ provider: 'oidc', state: '1.00' }, 'code'],
    [{ provider: 'oidc', code: 'c' }, 'state'],
    [{ provider: 'oidc', code: 'c', state: 's', idToken: 't' }, 'idToken'],
    [{ provider: 'oidc', code: 'c', state: `1.${'0'.repeat(32)}` }, 'state'],
    [{ idToken: 't' }, 'provider'],
    [{ provider: 'oidc', idToken: 't', accountId: 2 }, 'accountId'],
  ])('names what is wrong: %j', async (given, field) => {
    const body = { ...given, password: passwords.alice };
    const answer = await server.send('POST', '/v2/me/identities', { as: 'alice', body });

    expect([answer.status, answer.body.fields?.[0].field]).toEqual([422, field]);
  });

  it('needs somebody who is signed in', async () => {
    const answers = [
      await server.send('GET', '/v2/me/identities'),
      await server.send('POST', '/v2/me/identities', { body: { provider: 'oidc', idToken: 't' } }),
      await server.send('DELETE', '/v2/me/identities/1'),
    ];

    expect(answers.map(({ body }) => body.code)).toEqual(Array(3).fill('no_token'));
  });
});

async function givePasskey({ app, clock }: TestServer): Promise<void> {
  const row = {
    id: 1,
    account_id: 1,
    credential_id: 'c',
    public_key: 'k',
    counter: 0,
    transports: '',
    name: 'A key',
    created_at: clock.now().toISOString(),
    last_used_at: null,
  };
  await app.database.transaction((tx) => tx.insertInto('passkeys').values(row).execute());
}
