import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '../../support/older-contracts.ts';
import { type Person, passwords, type TestServer } from '../../support/server.ts';

export const json = { 'content-type': 'application/json' };
/** How long a token is good for. */
export const lifeMs = 30 * 24 * 3600 * 1000;

export const done = (message: string) => ({ status: 'success', message });
export const failed = (message: string) => ({ message, status: 'error' });

/** Registers somebody, and gives the header with their token. */
export async function register(client: Pick<Client, 'send'>, name: Person): Promise<string> {
  const body = { username: name, email: `${name}@example.com`, password: passwords[name] };
  const answer = await client.send('POST', '/v1/auth/register', { body });
  if (answer.status !== 201) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  return `Bearer ${answer.body.auth_token}`;
}

/** Signs somebody in, and gives the header with their token. */
export async function logIn(
  client: Pick<Client, 'send'>,
  name: Person,
  password: string = passwords[name],
): Promise<string> {
  const body = { email: `${name}@example.com`, password };
  const answer = await client.send('POST', '/v1/auth/login', { body });
  if (answer.status !== 200) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  return `Bearer ${answer.body.auth_token}`;
}

/** Alice, bob and carla, whose tokens are `{alice}`, `{bob}` and `{carla}`. */
export async function people(client: Client): Promise<Record<string, string>> {
  const alice = await register(client, 'alice');
  return { alice, bob: await register(client, 'bob'), carla: await register(client, 'carla') };
}

/** Every mail that was sent until now, as it was written. */
export async function mails(server: TestServer): Promise<string[]> {
  await server.work();
  const folder = join(server.dataDir, 'mail');
  const files = await readdir(folder);
  return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
}

const links = {
  'verify-email': '/v1/email_verification/',
  'reset-password': '/reset-password\\?lang=en#token=',
};

/** The secret in the newest mail whose link is for something. */
export async function mailedToken(server: TestServer, page: keyof typeof links): Promise<string> {
  const link = new RegExp(`${links[page]}([0-9]+)\\.([0-9a-f]{32})\\n`);
  const found = (await mails(server)).flatMap((mail) => {
    const [, id = '', mac = ''] = link.exec(mail) ?? [];
    return id === '' ? [] : [{ id: Number(id), token: `${id}.${mac}` }];
  });
  const newest = found.sort((a, b) => b.id - a.id)[0];
  if (!newest) throw new Error(`No mail has a link to ${page}.`);
  return newest.token;
}
