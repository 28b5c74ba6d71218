import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedBaseApi } from '../../src/app/seed/base-api-people.ts';
import { operator } from '../../src/domain/authority.ts';
import { type TestServer, testServer } from '../support/server.ts';

const page = { before: null, limit: 20 };

describe('the people of base-api', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterEach(() => server.close());

  async function seed(): Promise<string[]> {
    const lines: string[] = [];
    await seedBaseApi(server.app, (line) => void lines.push(line));
    return lines;
  }

  it('are three in a group, with an event template, and ids from 1', async () => {
    const lines = await seed();
    const { groups, eventTemplates } = server.app.services;
    const members = await groups.listMembers(operator, 1, page);
    const made = await groups.list(operator, page);
    const templates = await eventTemplates.list(operator, page);
    const login = { login: 'a@a.com', password: 'password' };
    const session = await server.send('POST', '/v2/sessions', { body: login });

    const role = 'user';
    expect(members.items.toReversed()).toMatchObject([
      { id: 1, displayName: 'martin', email: 'a@a.com', phone: '+59898983510', role },
      { id: 2, displayName: 'barreto', email: 'b@b.com', phone: null, role },
      { id: 3, displayName: 'cheluskis', email: 'c@c.com', phone: null, role },
    ]);
    expect(members.items.some(({ phoneVerified }) => phoneVerified)).toBe(false);
    expect(made.items).toMatchObject([{ id: 1, name: 'Group Name', memberCount: 3 }]);
    expect(templates.items).toMatchObject([
      { id: 1, name: 'Seed Events Name', text: 'Seed db Event from {1}' },
    ]);
    expect(session.status).toBe(201);
    expect(lines).toContain('seeded martin, e-mail a@a.com, password password');
    expect(lines).toHaveLength(5);
  });

  it('are made once, and what is missing is made at the next run', async () => {
    await seed();
    const again = await seed();
    await server.app.services.groups.removeMember(operator, 1, 2);
    const repaired = await seed();
    const rows = await server.app.database.selectFrom('accounts').select('id').execute();

    expect(again).toEqual(['Everything is there already; nothing was seeded.']);
    expect(repaired).toEqual(['seeded barreto, e-mail b@b.com, password password']);
    expect(rows).toHaveLength(3);
  });
});
