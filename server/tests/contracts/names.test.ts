import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../src/domain/authority.ts';
import {
  claimPassword,
  emailProof,
  logIns,
  type Member,
  mailedProof,
  member,
  nameFaults,
  phoneCode,
  type Registration,
  registrations,
  signedIn,
} from '../support/names.ts';
import { type OidcServer, oidcServer } from '../support/oidc-server.ts';
import type { Answer, TestServer } from '../support/server.ts';
import { testServer } from '../support/server.ts';
import { identityServer, signInWith } from './v2/identities/identity-server.ts';

const email = 'x@y.example';
const number = '+12025550143';
const contracts = Object.keys(registrations) as Registration[];

type Proof = {
  by: string;
  /** The name that is proved, and how somebody may have written it down. */
  name: string;
  claims: string[];
  /** Gives the account that has the name then. */
  prove: (server: TestServer, owner: Member) => Promise<number | string>;
};

describe('a name that somebody has only claimed', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  beforeEach(async () => {
    server = await identityServer(provider, { contracts: 'all' });
  });

  afterEach(() => server.close());

  afterAll(() => provider.close());

  const shown = ({ status, body }: Answer, owner: Member) =>
    status < 300 ? owner.id : `${status} ${JSON.stringify(body)}`;
  const proofs: Proof[] = [
    {
      by: 'the link of a mail',
      name: email,
      claims: [email, 'X@Y.example'],
      async prove(s, owner) {
        const { token } = await emailProof(s, owner, email);
        return shown(
          await s.send('POST', '/v2/email-verifications/confirm', { body: { token } }),
          owner,
        );
      },
    },
    {
      by: 'the code of a mail',
      name: email,
      claims: [email],
      async prove(s, owner) {
        const { headers } = owner;
        const { code } = await emailProof(s, owner, email);
        const answer = await s.send('POST', '/v2/email-verifications/confirm', {
          headers,
          body: { code },
        });
        return shown(answer, owner);
      },
    },
    {
      by: 'a provider',
      name: email,
      claims: [email],
      async prove(s) {
        const claims = { sub: 'x', name: 'X', email, email_verified: true };
        const { body } = await signInWith(s, provider, claims);
        const headers = { authorization: `Bearer ${body.accessToken}` };
        return (await s.send('GET', '/v2/me', { headers })).body.id;
      },
    },
    {
      by: 'the code of a text message',
      name: number,
      claims: [number, '+1 202-555-0143', '0012025550143'],
      async prove(s, owner) {
        const { headers } = owner;
        const body = { code: await phoneCode(s, owner, '+1 (202) 555-0143') };
        return shown(await s.send('POST', '/v2/me/phone/confirm', { headers, body }), owner);
      },
    },
  ];
  const matrix = proofs.flatMap((proof) =>
    contracts.flatMap((contract) => proof.claims.map((claim) => ({ ...proof, contract, claim }))),
  );

  async function holderOf(name: string): Promise<number | undefined> {
    const row = await server.app.database
      .selectFrom('account_names')
      .select('account_id')
      .where('name_key', '=', name)
      .executeTakeFirst();
    return row?.account_id;
  }

  it.each(matrix)('at $contract as $claim is the owner’s who proves it by $by', async (row) => {
    const owner = await member(server, 'alice');
    const claimed = await registrations[row.contract](server, row.claim);
    const before = await logIns[row.contract](server, row.claim);

    const proved = await row.prove(server, owner);

    expect([claimed.status, before.status].every((status) => status < 300)).toBe(true);
    expect(await holderOf(row.name)).toBe(proved);
    expect(await nameFaults(server)).toEqual([]);
    const { database } = server.app;
    const claimant = await database
      .selectFrom('accounts')
      .select(['username', 'email', 'login_name', 'disabled_at'])
      .where('id', 'not in', [owner.id, Number(proved)])
      .executeTakeFirst();
    const left = { username: claimant?.username, disabled_at: null };
    expect(claimant).toEqual({ ...left, email: null, login_name: null });
    const login = { login: claimant?.username, password: claimPassword };
    expect((await server.send('POST', '/v2/sessions', { body: login })).status).toBe(201);
    const after = await logIns[row.contract](server, row.claim);
    expect(after.status).toBeGreaterThanOrEqual(400);
  });

  it.each(matrix)('at $contract as $claim cannot be claimed after $by', async (row) => {
    await row.prove(server, await member(server, 'alice'));
    const before = await holderOf(row.name);

    const claimed = await registrations[row.contract](server, row.claim);
    const imported = await server.app.importAccounts(
      lines([{ loginName: row.claim, displayName: 'Carla' }]),
      { isDryRun: false },
    );

    expect(claimed.status, JSON.stringify(claimed.body)).toBeGreaterThanOrEqual(400);
    // One that somebody has under this very name counts as there already.
    expect(imported.imported).toBe(0);
    expect(await holderOf(row.name)).toBe(before);
    expect(await nameFaults(server)).toEqual([]);
  });

  it.each(contracts)(
    'at %s is proved by the claimant, who signs in by it as before',
    async (contract) => {
      await registrations[contract](server, number);
      const { id, username } = await server.app.database
        .selectFrom('accounts')
        .select(['id', 'username'])
        .executeTakeFirstOrThrow();
      const own = await signedIn(server, id, { login: username, password: claimPassword });
      const code = await phoneCode(server, own, number);

      const proved = await server.send('POST', '/v2/me/phone/confirm', {
        headers: own.headers,
        body: { code },
      });
      const removed = await server.send('DELETE', '/v2/me/phone', { headers: own.headers });

      expect([proved.status, removed.status]).toEqual([200, 204]);
      expect((await logIns[contract](server, number)).status).toBeLessThan(300);
      expect(await nameFaults(server)).toEqual([]);
    },
  );

  it('at a contract stays a login name when the e-mail that it also was is changed', async () => {
    await registrations['flask-api'](server, 'bob@example.com');
    const { username } = await server.app.database
      .selectFrom('accounts')
      .select('username')
      .executeTakeFirstOrThrow();
    const bob = await signedIn(server, 1, { login: username, password: claimPassword });
    const { token } = await emailProof(server, bob, email);

    await server.send('POST', '/v2/email-verifications/confirm', { body: { token } });

    expect((await logIns['flask-api'](server, 'bob@example.com')).status).toBe(200);
    expect(await nameFaults(server)).toEqual([]);
  });
});

describe('a name that looks like the number of an account', () => {
  let server: TestServer;
  let id: number;

  beforeEach(async () => {
    server = await testServer({ contracts: 'all' });
    // mithril wants three characters.
    const range = { name: 'accounts', next_id: 500 };
    await server.app.database.transaction((tx) =>
      tx.insertInto('id_ranges').values(range).execute(),
    );
    ({ id } = await member(server, 'alice'));
  });

  afterEach(() => server.close());

  it.each(contracts)('is taken at %s, and free while no account has it', async (contract) => {
    const own = await registrations[contract](server, String(id));
    const wide = contract === 'mithril' ? own : await registrations[contract](server, '５００');
    const free = await registrations[contract](server, '20260601');

    expect([own.status, wide.status].map((status) => status >= 400 && status < 500)).toEqual([
      true,
      true,
    ]);
    expect(free.status, JSON.stringify(free.body)).toBeLessThan(300);
    expect((await logIns[contract](server, '20260601')).status).toBeLessThan(300);
  });

  it('is no username of /v2, nor one of an import', async () => {
    const body = { username: '20260601', password: claimPassword };
    const signedUp = await server.send('POST', '/v2/accounts', { body });
    const { faults, imported } = await server.app.importAccounts(
      lines([{ username: '20260601' }, { loginName: String(id) }, { loginName: '20260602' }]),
      { isDryRun: false },
    );
    const names = await server.app.database.selectFrom('accounts').select('username').execute();

    expect([signedUp.status, signedUp.body.fields?.[0]?.field]).toEqual([422, 'username']);
    expect(faults.map(({ line, field }) => [line, field])).toEqual([
      [1, 'username'],
      [2, 'loginName'],
    ]);
    expect(imported).toBe(1);
    expect(names.map(({ username }) => username).filter((name) => /^\d+$/.test(name))).toEqual([]);
  });

  it('is never guessed at by a command, where an account was called so before', async () => {
    const bob = await member(server, 'bob');
    await server.app.database.transaction(async (tx) => {
      const key = String(id);
      await tx.updateTable('accounts').set({ username: key }).where('id', '=', bob.id).execute();
      const row = { name_key: key, account_id: bob.id, kind: 'username' } as const;
      await tx.insertInto('account_names').values(row).execute();
    });
    const { accountAdmin } = server.app.services;

    await expect(accountAdmin.find(operator, String(id))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`write id:${bob.id} or id:${id}`),
    });
    expect(await accountAdmin.find(operator, `id:${id}`)).toMatchObject({ username: 'alice' });
  });
});

describe('claims and proofs of one name at once', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterEach(() => server.close());

  const proofs = {
    async [email](owner: Member): Promise<() => Promise<Answer>> {
      const { token } = await emailProof(server, owner, email);
      return () => server.send('POST', '/v2/email-verifications/confirm', { body: { token } });
    },
    async [number](owner: Member): Promise<() => Promise<Answer>> {
      const code = await phoneCode(server, owner, number);
      const { headers } = owner;
      return () => server.send('POST', '/v2/me/phone/confirm', { headers, body: { code } });
    },
  };

  it.each(Object.entries(proofs))('leave %s with one who has proved it', async (name, prepare) => {
    await registrations.hmlet(server, name);
    const attempts: Array<() => Promise<Answer>> = [];
    for (let i = 1; i <= 8; i += 1) {
      attempts.push(await prepare(await member(server, `user-${i}`)));
    }
    for (const contract of contracts) {
      for (let i = 1; i <= 3; i += 1) attempts.push(() => registrations[contract](server, name));
    }

    const answers = await Promise.all(attempts.map((attempt) => attempt()));

    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses.slice(0, 8).filter((status) => status < 300)).toHaveLength(1);
    expect(statuses.slice(0, 8).filter((status) => status === 409)).toHaveLength(7);
    expect(await nameFaults(server)).toEqual([]);
    const holders = await server.app.database
      .selectFrom('account_names')
      .innerJoin('accounts', 'accounts.id', 'account_names.account_id')
      .select('accounts.username')
      .where('name_key', '=', name)
      .execute();
    const winner = statuses.slice(0, 8).findIndex((status) => status < 300) + 1;
    expect(holders).toEqual([{ username: `user-${winner}` }]);
  });

  it('by the claimant, too, leave an e-mail with one of the two', async () => {
    for (let i = 1; i <= 5; i += 1) {
      const name = `user-${i}@example.com`;
      await registrations.hmlet(server, name);
      const { id } = await server.app.database
        .selectFrom('accounts')
        .select('id')
        .where('login_name', '=', name)
        .executeTakeFirstOrThrow();
      const { emails } = server.app.services;
      const other = await emailProof(server, await member(server, `other-${i}`), name);
      const row = await server.app.database
        .selectFrom('verifications')
        .select('id')
        .where('account_id', '=', id)
        .executeTakeFirstOrThrow();
      const { token } = await mailedProof(server, row.id);

      const results = await Promise.allSettled([
        emails.confirmByToken(token, '192.0.2.1'),
        emails.confirmByToken(other.token, '192.0.2.2'),
      ]);

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await nameFaults(server)).toEqual([]);
    }
  });
});

async function* lines(rows: readonly object[]): AsyncGenerator<string> {
  for (const row of rows) yield JSON.stringify(row);
}
