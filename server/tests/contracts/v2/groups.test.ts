import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operator } from '../../../src/domain/authority.ts';
import { newPeople } from '../../support/crowd.ts';
import { type FcmServer, fcmServer } from '../../support/fcm.ts';
import { aStaffMember } from '../../support/given.ts';
import { type Person, type TestServer, testServer } from '../../support/server.ts';

const noon = '2026-06-01T12:00:00.000Z';
const newPhotos = { name: 'New photos', text: 'New photos from {1}' };

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const asAlice = (server: TestServer) => (method: Method, path: string, body?: unknown) =>
  server.send(method, `/v2/admin${path}`, { as: 'alice', body });

describe('groups', () => {
  let server: TestServer;
  let alice: number;
  let bob: number;
  let carla: number;
  let send: ReturnType<typeof asAlice>;
  let count = 0;

  beforeAll(async () => {
    server = await testServer();
    send = asAlice(server);
    alice = await aStaffMember(server, 'alice', 'admin');
    bob = await aStaffMember(server, 'bob', 'user');
    carla = await aStaffMember(server, 'carla', 'user');
    await send('POST', '/event-templates', { name: 'Rain', text: 'Rain.' });
  });

  afterAll(() => server.close());

  async function aGroup(...members: number[]): Promise<number> {
    count += 1;
    const { body } = await send('POST', '/groups', { name: `Group ${count}` });
    for (const id of members) await send('PUT', `/groups/${body.id}/members/${id}`);
    return body.id;
  }

  const membersOf = async (group: number): Promise<number[]> => {
    const { body } = await send('GET', `/groups/${group}/members`);
    return body.items.map(({ id }: { id: number }) => id);
  };

  const countOf = async (group: number): Promise<number> => {
    const { body } = await send('GET', '/groups?limit=100');
    return body.items.find(({ id }: { id: number }) => id === group).memberCount;
  };

  it('are made once by a name, listed by pages, and deleted with their members and events', async () => {
    const made = await send('POST', '/groups', { name: 'Dune walkers' });
    const again = await send('POST', '/groups', { name: 'dune WALKERS' });
    const other = await send('POST', '/groups', { name: 'Hill walkers' });
    const path = `/groups/${made.body.id}`;
    await send('PUT', `${path}/members/${bob}`);
    await send('POST', `${path}/events`, { templateId: 1 });
    const first = await send('GET', '/groups?limit=1');
    const second = await send('GET', `/groups?limit=1&cursor=${first.body.nextCursor}`);
    const deleted = await send('DELETE', path);
    const gone = await Promise.all([
      send('DELETE', path),
      send('GET', `${path}/members`),
      send('GET', `${path}/events`),
    ]);
    await server.work();

    const group = { id: expect.any(Number), name: 'Dune walkers', createdAt: noon };
    expect(made).toMatchObject({ status: 201, body: { ...group, memberCount: 0 } });
    expect(again.body).toMatchObject({ code: 'taken', fields: [{ field: 'name' }] });
    expect(first.body.items).toEqual([other.body]);
    expect(second.body.items).toEqual([{ ...made.body, memberCount: 1 }]);
    expect(deleted.status).toBe(204);
    expect(gone.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await server.app.database.selectFrom('outbox').selectAll().execute()).toEqual([]);
  });

  it('take members in and let them go, each once', async () => {
    const group = await aGroup(bob, carla);
    const twice = await send('PUT', `/groups/${group}/members/${bob}`);
    const listed = await send('GET', `/groups/${group}/members?limit=1`);
    const removed = await send('DELETE', `/groups/${group}/members/${carla}`);
    const removedTwice = await send('DELETE', `/groups/${group}/members/${carla}`);

    expect([twice.status, removed.status, removedTwice.status]).toEqual([204, 204, 404]);
    expect(listed.body.items).toMatchObject([{ id: carla, username: 'carla' }]);
    expect(listed.body.nextCursor).toMatch(/^m/);
    expect(await membersOf(group)).toEqual([bob]);
    expect(await countOf(group)).toBe(1);
  });

  it('count each member once when several requests add and remove them at the same time', async () => {
    const group = await aGroup();
    const path = (id: number) => `/groups/${group}/members/${id}`;

    const answers = await Promise.all([
      ...[alice, bob, carla, bob, alice].map((id) => send('PUT', path(id))),
      ...[bob, alice].map((id) => send('DELETE', path(id))),
    ]);

    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
    expect(await countOf(group)).toBe((await membersOf(group)).length);
  });

  it('are full at a number', async () => {
    const group = await aGroup(bob);
    await server.app.database.transaction((tx) =>
      tx.updateTable('groups').set({ member_count: 10_000 }).where('id', '=', group).execute(),
    );
    const refused = await send('PUT', `/groups/${group}/members/${carla}`);

    expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
    expect(await membersOf(group)).toEqual([bob]);
  });

  it('lose a member whose account is closed', async () => {
    const { accounts, accountAdmin } = server.app.services;
    const unsaid = { password: null, email: null, displayName: null, idempotencyKey: null };
    const { id } = await accounts.create({ username: 'guest', ...unsaid });
    const group = await aGroup(id, carla);
    await accountAdmin.remove(operator, id);
    const before = await membersOf(group);
    const late = await send('PUT', `/groups/${group}/members/${id}`);
    await server.work();

    expect(before).toEqual([carla]);
    expect(late.status).toBe(404);
    expect(await countOf(group)).toBe(1);
    expect(await server.app.database.selectFrom('accounts').select('id').execute()).toHaveLength(3);
  });

  it('leave a row of the audit log for each change, and none for what was so already', async () => {
    const group = await aGroup(bob, bob);
    const { body: template } = await send('POST', '/event-templates', newPhotos);
    const event = { templateId: template.id, values: ['the dunes'] };
    const { body: told } = await send('POST', `/groups/${group}/events`, event);
    await send('DELETE', `/event-templates/${template.id}`);
    await send('DELETE', `/groups/${group}/members/${bob}`);
    await send('DELETE', `/groups/${group}`);
    const log = await send('GET', '/audit-log?limit=8');

    const own = { actorId: alice, address: '127.0.0.1' };
    const [groupId, templateId] = [group, template.id];
    expect(log.body.items.slice(0, 7)).toMatchObject([
      { ...own, action: 'group.deleted', details: { groupId } },
      { ...own, action: 'group.member-removed', accountId: bob, details: { groupId } },
      { ...own, action: 'event-template.deleted', details: { templateId } },
      { ...own, action: 'group.told', details: { groupId, eventId: told.id, templateId } },
      { ...own, action: 'event-template.created', details: { templateId, name: 'New photos' } },
      { ...own, action: 'group.member-added', accountId: bob, details: { groupId } },
      { ...own, action: 'group.created', details: { groupId, name: `Group ${count}` } },
    ]);
  });
});

describe('what groups and events are refused', () => {
  let server: TestServer;
  let send: ReturnType<typeof asAlice>;

  beforeAll(async () => {
    server = await testServer();
    send = asAlice(server);
    await aStaffMember(server, 'alice', 'admin');
    await send('POST', '/groups', { name: 'Dune walkers' });
    await send('POST', '/event-templates', newPhotos);
    await send('POST', '/event-templates', { name: 'Long', text: `${'a'.repeat(296)} {1}` });
    await send('POST', '/event-templates', { name: 'Third alone', text: '{3}' });
  });

  afterAll(() => server.close());

  it.each<[method: Method, path: string, body: unknown, status: number, field: string]>([
    ['POST', '/groups', {}, 422, 'name'],
    ['POST', '/groups', { name: '' }, 422, 'name'],
    ['POST', '/groups', { name: '\u200b' }, 422, 'name'],
    ['POST', '/groups', { name: 'a'.repeat(101) }, 422, 'name'],
    ['POST', '/groups', { name: '\ufdfa'.repeat(100) }, 422, 'name'],
    ['POST', '/groups', { name: 'a\u0000' }, 422, 'name'],
    ['POST', '/groups', { name: 1 }, 422, 'name'],
    ['POST', '/groups', { name: 'a', members: [1] }, 422, 'members'],
    ['GET', '/groups?cursor=a1', undefined, 422, 'cursor'],
    ['GET', '/groups/1/members?cursor=g1', undefined, 422, 'cursor'],
    ['GET', '/groups/1/events?cursor=e1', undefined, 422, 'cursor'],
    ['GET', '/event-templates?limit=0', undefined, 422, 'limit'],
    ['DELETE', '/groups/0', undefined, 422, 'id'],
    ['PUT', '/groups/1/members/2147483648', undefined, 422, 'accountId'],
    ['PUT', '/groups/1/members/2147483647', undefined, 404, ''],
    ['PUT', '/groups/2147483647/members/1', undefined, 404, ''],
    ['DELETE', '/event-templates/2147483647', undefined, 404, ''],
    ['POST', '/event-templates', newPhotos, 409, 'name'],
    ['POST', '/event-templates', { name: 'a', text: ' ' }, 422, 'text'],
    ['POST', '/event-templates', { name: 'a', text: 'a'.repeat(301) }, 422, 'text'],
    ['POST', '/event-templates', { name: 'a', text: 'From {0}' }, 422, 'text'],
    ['POST', '/event-templates', { name: 'a', text: 'From {1} and {4}' }, 422, 'text'],
    ['POST', '/event-templates', { name: 'a', text: 'From {01}' }, 422, 'text'],
    ['POST', '/groups/1/events', { templateId: 1 }, 422, 'values'],
    ['POST', '/groups/1/events', { templateId: 1, values: ['a', 'b'] }, 422, 'values'],
    ['POST', '/groups/1/events', { templateId: 3, values: ['a'] }, 422, 'values'],
    ['POST', '/groups/1/events', { templateId: 1, values: [''] }, 422, 'values.0'],
    ['POST', '/groups/1/events', { templateId: 1, values: ['a'.repeat(101)] }, 422, 'values.0'],
    ['POST', '/groups/1/events', { templateId: 1, values: 'a' }, 422, 'values'],
    ['POST', '/groups/1/events', { templateId: 2, values: ['abcd'] }, 422, 'values'],
    ['POST', '/groups/1/events', { templateId: 9, values: ['a'] }, 422, 'templateId'],
    ['POST', '/groups/2147483647/events', { templateId: 1, values: ['a'] }, 404, ''],
  ])('%s %s %j', async (method, path, sent, status, field) => {
    const { status: seen, body } = await send(method, path, sent);

    expect([seen, body.fields?.[0]?.field ?? '']).toEqual([status, field]);
    expect(body.detail).toMatch(/\.$/);
  });
});

describe('events of a group', () => {
  let fcm: FcmServer;
  let server: TestServer;
  let send: ReturnType<typeof asAlice>;
  let alice: number;
  let group: number;

  let count = 0;

  beforeAll(async () => {
    fcm = await fcmServer({ now: () => server.clock.now() });
    server = await testServer({ environment: { ...fcm.environment, RATE_LIMITS: 'on' } });
    send = asAlice(server);
    alice = await aStaffMember(server, 'alice', 'admin');
    for (const person of ['alice', 'bob', 'carla'] as const) await aPhone(person);
    await send('POST', '/event-templates', newPhotos);
  });

  beforeEach(async () => {
    const { groups } = server.app.services;
    count += 1;
    await server.work();
    fcm.taken.length = 0;
    group = (await groups.create(operator, `Group ${count}`)).id;
    for (const id of [1, 2, 3]) await groups.addMember(operator, group, id);
  });

  afterAll(async () => {
    await server.close();
    await fcm.close();
  });

  async function aPhone(as: Person): Promise<void> {
    const path = `/v2/me/devices/phone-of-${as}`;
    const { status } = await server.send('PUT', path, {
      as,
      body: { type: 'android', token: `of ${as}` },
    });
    expect(status).toBe(200);
  }

  const tell = (values = ['the dunes'], headers: Record<string, string> = {}) =>
    server.send('POST', `/v2/admin/groups/${group}/events`, {
      as: 'alice',
      body: { templateId: 1, values },
      headers,
    });

  const told = () => fcm.taken.map(({ token }) => token).sort();

  it('are pushed to the devices of all members but the one who made it', async () => {
    const made = await tell(['{1} & {2}']);
    await server.work();
    const { body: list } = await send('GET', `/groups/${group}/events`);

    expect(made).toMatchObject({
      status: 202,
      body: {
        id: expect.any(Number),
        groupId: group,
        templateId: 1,
        text: 'New photos from {1} & {2}',
        creatorId: alice,
        createdAt: noon,
        pushedAt: null,
      },
    });
    expect(told()).toEqual(['of bob', 'of carla']);
    expect(fcm.taken[0]).toMatchObject({
      notification: { title: 'Hi', body: 'New photos from {1} & {2}' },
      data: {
        kind: 'group-event',
        eventId: String(made.body.id),
        groupId: String(group),
        templateId: '1',
      },
    });
    expect(list).toEqual({ items: [{ ...made.body, pushedAt: noon }], nextCursor: null });
  });

  it('are pushed to everybody when the operator makes them, and to nobody after a member left', async () => {
    const { groupEvents, groups } = server.app.services;
    await groups.removeMember(operator, group, 3);
    const event = { templateId: 1, values: ['the dunes'], idempotencyKey: null };
    const made = await groupEvents.create(operator, group, event);
    await server.work();

    expect(made.creatorId).toBeNull();
    expect(told()).toEqual(['of alice', 'of bob']);
  });

  it('are made once by an Idempotency-Key, and refuse it for another event', async () => {
    const headers = { 'idempotency-key': 'one' };
    const both = await Promise.all([tell(['the dunes'], headers), tell(['the dunes'], headers)]);
    const again = await tell(['the dunes'], headers);
    const other = await tell(['the hills'], headers);
    await server.work();

    expect([...both, again].map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set([...both, again].map(({ body }) => body.id)).size).toBe(1);
    expect(other.body.code).toBe('conflict');
    expect(told()).toEqual(['of bob', 'of carla']);
  });

  it('are sixty an hour at most', async () => {
    const { groupEvents, groups } = server.app.services;
    for (const id of [1, 2, 3]) await groups.removeMember(operator, group, id);
    const event = { templateId: 1, values: ['the dunes'], idempotencyKey: null };
    for (let i = 0; i < 60; i += 1) await groupEvents.create(operator, group, event);
    const refused = await tell();

    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused.headers['retry-after']).toBe('3600');
  });

  it('reach a large group step by step, each member once, although steps are repeated', async () => {
    const people = await newPeople(server, 250);
    const at = server.clock.now().toISOString();
    await server.app.database.transaction(async (tx) => {
      for (const { accountId } of people) {
        const row = { group_id: group, account_id: accountId, created_at: at };
        await tx.insertInto('group_members').values(row).execute();
        await tx.insertInto('devices').values(deviceOf(accountId, at)).execute();
      }
    });
    await tell();
    const wanted = await stepsOf(server);
    const { body } = await send('GET', `/groups/${group}/events`);

    expect(wanted.steps).toBe(3);
    expect(wanted.accountIds.toSorted((a, b) => a - b)).toEqual([
      2,
      3,
      ...people.map(({ accountId }) => accountId),
    ]);
    expect(body.items[0].pushedAt).toBe(at);
  });

  it('are forgotten after a year', async () => {
    const { groupEvents } = server.app.services;
    const event = { templateId: 1, values: ['the dunes'], idempotencyKey: null };
    await groupEvents.create(operator, group, event);
    const before = await groupEvents.list(operator, group, firstPage);
    server.clock.advance(366 * 24 * 3_600_000);
    await server.app.sweep();
    const after = await groupEvents.list(operator, group, firstPage);

    expect([before.items.length, after.items.length]).toEqual([1, 0]);
  });
});

/** A phone of somebody, as if registered by the operator: no session ends it. */
function deviceOf(accountId: number, at: string) {
  const id = 1_000_000 + accountId;
  const names = { device_id: `phone-${id}`, token: `token ${id}`, token_hash: `hash ${id}` };
  const times = { created_at: at, updated_at: at };
  return {
    id,
    account_id: accountId,
    session_id: null,
    type: 'android',
    is_active: 1,
    ...names,
    ...times,
  } as const;
}

const firstPage = { before: null, limit: 20 };

/** Runs each step twice, as after a crash before its event was deleted, and collects who is to be told. */
async function stepsOf({ app }: TestServer) {
  const accountIds: number[] = [];
  for (let steps = 0; ; steps += 1) {
    const rows = await app.database.selectFrom('outbox').selectAll().execute();
    const step = rows.find(({ topic }) => topic === 'group-event.made');
    for (const { topic, payload } of rows) {
      if (topic === 'push.wanted') accountIds.push(JSON.parse(payload).accountId);
    }
    await app.database.transaction((tx) => tx.deleteFrom('outbox').execute());
    if (!step) return { steps, accountIds };
    const { event_id: id, topic, subscriber, attempts } = step;
    const handed = { id, topic, payload: JSON.parse(step.payload), subscriber, attempts };
    await app.bus.publish(handed);
    await app.bus.publish(handed);
  }
}
