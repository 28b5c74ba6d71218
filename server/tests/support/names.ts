import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldName } from '../../src/domain/accounts/account.ts';
import { phoneNumberIn } from '../../src/domain/accounts/phone-number.ts';
import type { Answer, TestServer } from './server.ts';

export const claimPassword = 'dunes-at-noon-1';
const memberPassword = 'hills-at-dusk-2';

/** Registers somebody by a name of their choice, at each contract that lets them. */
export const registrations = {
  hmlet: (s: TestServer, name: string) =>
    post(s, '/compat/hmlet/register', { username: name, password: claimPassword, name: 'x' }),
  'flask-api': (s: TestServer, name: string) =>
    post(s, '/compat/flask-api/api/user', {
      name: 'x',
      username: name,
      password: claimPassword,
      password_confirm: claimPassword,
    }),
  mithril: (s: TestServer, name: string) =>
    post(s, '/compat/mithril/api/user/register', { username: name, password: claimPassword }),
  'mini-sns': (s: TestServer, name: string) =>
    post(s, '/compat/mini-sns/sign-up', {
      email: name,
      name: 'x',
      password: claimPassword,
      profile: '',
    }),
  'base-api': (s: TestServer, name: string) =>
    post(s, '/compat/base-api/v1/auth/register', {
      username: 'x',
      email: name,
      password: claimPassword,
    }),
};

export type Registration = keyof typeof registrations;

/** Signs in by a name at the contract where it was chosen. */
export const logIns: Record<Registration, (s: TestServer, name: string) => Promise<Answer>> = {
  hmlet: (s, username) => post(s, '/compat/hmlet/login', { username, password: claimPassword }),
  'flask-api': (s, username) =>
    post(s, '/compat/flask-api/api/auth/login', { username, password: claimPassword }),
  mithril: (s, username) =>
    post(s, '/compat/mithril/api/user/login', { username, password: claimPassword }),
  'mini-sns': (s, email) => post(s, '/compat/mini-sns/login', { email, password: claimPassword }),
  'base-api': (s, email) =>
    post(s, '/compat/base-api/v1/auth/login', { email, password: claimPassword }),
};

function post(server: TestServer, path: string, body: object): Promise<Answer> {
  return server.send('POST', path, { body });
}

/** An account of `/v2` without an e-mail, and the header that its requests carry. */
export async function member(server: TestServer, username: string) {
  const { id } = (await post(server, '/v2/accounts', { username, password: memberPassword })).body;
  return signedIn(server, Number(id), { login: username, password: memberPassword });
}

/** An account that signs in to `/v2`. */
export async function signedIn(
  server: TestServer,
  id: number,
  login: { login: string; password: string },
) {
  const { accessToken } = (await post(server, '/v2/sessions', login)).body;
  const headers = { authorization: `Bearer ${accessToken}` };
  return { id, password: login.password, headers };
}

export type Member = Awaited<ReturnType<typeof member>>;

/** Asks for a change of the e-mail, and gives what the mail holds that confirms it. */
export async function emailProof(server: TestServer, owner: Member, email: string) {
  const { id, headers, password } = owner;
  const body = { email, password };
  const asked = await server.send('POST', '/v2/me/email', { headers, body });
  if (asked.status !== 202) throw new Error(`refused: ${JSON.stringify(asked.body)}`);
  await server.work();
  const row = await server.app.database
    .selectFrom('verifications')
    .select('id')
    .where('account_id', '=', id)
    .where('purpose', '=', 'verify-email')
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return mailedProof(server, row.id);
}

/** What the mail of a verification holds. */
export async function mailedProof({ dataDir }: TestServer, verificationId: number) {
  const path = join(dataDir, 'mail', `verify-email-${verificationId}.eml`);
  const mail = await readFile(path, 'utf8');
  const token = /#token=(\d+\.[0-9a-f]{32})/.exec(mail)?.[1];
  // Where nobody could type a code, the mail has none.
  const code = /\b\d{6}\b/.exec(mail.slice(mail.indexOf('\n\n')))?.[0] ?? '';
  if (!token) throw new Error(`The mail has no link: ${mail}`);
  return { token, code };
}

/** Has a code sent to a number, and gives it. */
export async function phoneCode(server: TestServer, { headers }: Member, phone: string) {
  const folder = join(server.dataDir, 'sms');
  const before = new Set(await readdir(folder).catch(() => []));
  const asked = await server.send('POST', '/v2/me/phone', { headers, body: { phone } });
  if (asked.status !== 202) throw new Error(`refused: ${JSON.stringify(asked.body)}`);
  await server.work();
  const file = (await readdir(folder)).find((name) => !before.has(name)) ?? '';
  return /\b\d{6}\b/.exec(await readFile(join(folder, file), 'utf8'))?.[0] ?? '';
}

/**
 * What is wrong with the names of all accounts: a name that its holder's columns do not have, and a proved one that is not
 * held by the account that has proved it, or is proved twice.
 */
export async function nameFaults({ app: { database } }: TestServer): Promise<string[]> {
  const accounts = await database.selectFrom('accounts').selectAll().execute();
  const rows = await database.selectFrom('account_names').selectAll().execute();
  const holders = new Map(rows.map((row) => [row.name_key, row.account_id]));
  const faults: string[] = [];
  for (const { name_key: key, account_id } of rows) {
    const account = accounts.find(({ id }) => id === account_id);
    const { username = '', email, login_name: login, phone } = account ?? {};
    const has = [username, email ?? '', login ?? ''].map(foldName);
    const numbers = [phone, phoneNumberIn(login ?? ''), phoneNumberIn(email ?? '')];
    if (![...has, ...numbers].includes(key)) {
      faults.push(`account ${account_id} holds ${key} without being called so`);
    }
  }
  for (const { id, email, email_verified_at, phone, phone_verified_at } of accounts) {
    const proved = [
      email_verified_at === null ? null : foldName(email ?? ''),
      phone_verified_at === null ? null : phone,
    ];
    for (const key of proved) {
      if (key !== null && holders.get(key) !== id) faults.push(`${key} is not held by ${id}`);
    }
  }
  return faults;
}
