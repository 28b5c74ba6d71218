import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { cleanUp, type Output, runCommand, temporaryFolder } from '../support/process.ts';
import { testServer } from '../support/server.ts';

/** Several processes, on a machine that may be busy. */
const slow = { timeout: 240_000 };

describe('rookery invites', () => {
  afterEach(cleanUp);

  it('are created, listed and revoked', slow, async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    const invites = (...args: string[]): Promise<Output> =>
      runCommand(['invites', ...args], { environment });

    const none = await invites('list');
    const plain = await invites('create');
    const made = JSON.parse(
      (await invites('create', '--email', 'bob@example.com', '--expires', '12h', '--json')).stdout,
    );
    const table = await invites('list');
    const revoked = await invites('revoke', String(made.id));
    const again = await invites('revoke', String(made.id));
    const left = JSON.parse((await invites('list', '--json')).stdout);

    expect(none.stdout).toBe('No invites are pending.\n');
    expect(plain.stdout).toMatch(/^\d+\.[0-9a-f]{32}\nIt works for one sign-up, until /);
    expect(made).toMatchObject({ email: 'bob@example.com', madeBy: null });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(12 * 3_600_000);
    expect(table.stdout).toMatch(
      new RegExp(`^ID .*\\n${made.id} +bob@example.com +operator .*\\n\\d+ +anybody +operator `),
    );
    expect(table.stdout).not.toContain(made.token);
    expect(revoked.stdout).toBe(`revoked invite ${made.id}\n`);
    expect([again.code, again.stderr]).toEqual([
      1,
      'rookery: This invite does not exist or has been used.\n',
    ]);
    expect(left).toEqual([expect.objectContaining({ email: null, madeBy: null })]);
  });

  it.each(['366d', '0d', '90s', 'soon'])('work no longer than a year: %s', async (time) => {
    expect(await run(['invites', 'create', '--expires', time])).toBe(2);
  });
});

describe('an invite of the operator', () => {
  it('lets one person in, is seen by admins, and is noted without an account', async () => {
    const server = await testServer({ environment: { SIGNUPS: 'closed' } });
    try {
      const { invites } = server.app.services;
      const operator = { who: 'operator', address: 'command line' } as const;
      const { token, ...made } = await invites.create(operator, { email: null });
      const body = { username: 'bob', password: 'bob-walks-at-dusk', invite: token };

      const listed = await invites.list(operator);
      const first = await server.send('POST', '/v2/accounts', { body });
      const second = await server.send('POST', '/v2/accounts', {
        body: { ...body, username: 'carla' },
      });
      const entries = await server.app.database
        .selectFrom('audit_log')
        .select(['action', 'actor_id', 'address'])
        .where('action', '=', 'invite.created')
        .execute();

      expect(listed).toEqual([{ ...made, madeBy: null }]);
      expect([first.status, second.status]).toEqual([201, 410]);
      expect(entries).toEqual([
        { action: 'invite.created', actor_id: null, address: 'command line' },
      ]);
    } finally {
      await server.close();
    }
  });

  it('is not what is left of an invite whose maker is gone', async () => {
    const server = await testServer({ environment: { SIGNUPS: 'closed' } });
    try {
      const { invites } = server.app.services;
      const operator = { who: 'operator', address: 'command line' } as const;
      const { token } = await invites.create(operator, { email: null });
      await server.app.database.transaction((tx) =>
        tx.updateTable('verifications').set({ details: '{}' }).execute(),
      );

      const answer = await server.send('POST', '/v2/accounts', {
        body: { username: 'bob', password: 'bob-walks-at-dusk', invite: token },
      });

      expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
    } finally {
      await server.close();
    }
  });
});
