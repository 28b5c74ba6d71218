import { aStaffMember } from '../../support/given.ts';
import type { Client } from '../../support/older-contracts.ts';
import { type Answer, passwords } from '../../support/server.ts';

const registered = ['alice', 'bob'] as const;

export function bearer(token: string | number = '') {
  return { token: `Bearer ${token}` };
}

export function logIn(client: Client, username: string, password: string): Promise<Answer> {
  return client.send('POST', '/api/auth/login', { body: { username, password } });
}

/**
 * Alice and bob, who registered here by their e-mail, and carla, an admin who did so elsewhere; both tokens of each, named
 * `alice` and `aliceRefresh`.
 */
export async function people(client: Client): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of registered) {
    const password = passwords[name];
    const body = { name, username: `${name}@example.com`, password, password_confirm: password };
    await client.send('POST', '/api/user', { body });
    Object.assign(values, await tokensOf(client, name, body.username));
  }
  await aStaffMember(client.server, 'carla', 'admin');
  return { ...values, ...(await tokensOf(client, 'carla', 'carla')) };
}

async function tokensOf(client: Client, name: keyof typeof passwords, username: string) {
  const { body } = await logIn(client, username, passwords[name]);
  const { access_token: access, refresh_token: refresh } = body.results;
  return { [name]: access, [`${name}Refresh`]: refresh };
}
