import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeAccount } from '../../support/given.ts';
import { type Person, type TestServer, testServer } from '../../support/server.ts';

describe('GET /v2/search', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
    for (const person of ['alice', 'bob', 'carla'] as const) await server.tokens(person);
    await signUp('bobby', 'Bob of the hills');
    await signUp('bo', 'Bo');
    await signUp('hidden', 'Bobina');
    await signUp('muenchen', 'Ｍünchen');
    await signUp('sakura', '桜の写真');
    await changeAccount(server, 'hidden', { disabled: true });
    await server.send('PUT', '/v2/users/bobby/follow', { as: 'alice' });
  });

  afterAll(() => server.close());

  async function signUp(username: string, displayName: string): Promise<void> {
    const body = {
      username,
      displayName,
      password: 'walks-on-dunes-1',
      email: `${username}@x.example`,
    };
    const { status } = await server.send('POST', '/v2/accounts', { body });
    if (status !== 201) throw new Error(`${username} was refused`);
  }

  async function found(q: string, as?: Person, more = ''): Promise<string[]> {
    const path = `/v2/search?q=${encodeURIComponent(q)}${more}`;
    const { body } = await server.send('GET', path, { as });
    return body.accounts.map(({ username }: { username: string }) => username);
  }

  it.each([
    ['bob', ['bob', 'bobby']],
    ['@BOB', ['bob', 'bobby']],
    ['bo', ['bo', 'bobby', 'bob']],
    ['Bob of', ['bobby']],
    ['mün', ['muenchen']],
    ['桜', ['sakura']],
    ['carla@', []],
    ['sakura@x', []],
    ['hidden', []],
    ['zz', []],
    ['@', []],
    ['%', []],
    ['_ob', []],
  ])('finds %s', async (q, names) => {
    expect(await found(q)).toEqual(names);
  });

  it('keeps to a limit', async () => {
    expect(await found('bo', undefined, '&limit=2')).toEqual(['bo', 'bobby']);
  });

  it('does not find people from whom a block keeps apart', async () => {
    await server.send('PUT', '/v2/users/bob/block', { as: 'alice' });

    expect(await found('alice', 'bob')).toEqual([]);
    expect(await found('bob', 'alice')).toEqual(['bobby']);
    expect(await found('alice', 'carla')).toEqual(['alice']);
    await server.send('DELETE', '/v2/users/bob/block', { as: 'alice' });
  });

  it.each(['', '?q=', `?q=${'x'.repeat(101)}`, '?q=a&limit=0', '?q=a&limit=101', '?q=%00'])(
    'refuses %j',
    async (query) => {
      expect((await server.send('GET', `/v2/search${query}`)).status).toBe(422);
    },
  );
});
