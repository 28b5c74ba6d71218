import type { Client } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';

type Name = 'alice' | 'bob' | 'carla';

/** Registers somebody, and gives the header with their token. */
async function person(client: Client, name: Name): Promise<string> {
  const body = { username: name, email: `${name}@example.com`, password: passwords[name] };
  const answer = await client.send('POST', '/v1/auth/register', { body });
  if (answer.status !== 201) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  return `Bearer ${answer.body.auth_token}`;
}

/** Alice and bob, whose tokens are `{alice}` and `{bob}`. */
export async function people(client: Client): Promise<Record<string, string>> {
  return { alice: await person(client, 'alice'), bob: await person(client, 'bob') };
}
