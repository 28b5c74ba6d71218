import { Argument, Command, Option } from 'commander';
import type { Role } from '../domain/accounts/account.ts';
import { type AccountFilter, type AccountRecord } from '../domain/administration/account-admin.ts';
import type { AccountAdminService } from '../domain/administration/account-admin-service.ts';
import { operator } from '../domain/authority.ts';
import { DomainError } from '../domain/errors.ts';
import { confirm, readPassword } from './ask.ts';
import { CommandError, UsageError } from './errors.ts';
import { countOption, emailOption, type Json, jsonOption } from './options.ts';
import { printResult, printRows } from './print.ts';
import { quiet, withApp } from './with-app.ts';

type Admin = AccountAdminService;
type ListOptions = Json & { role?: Role; state?: 'active' | 'disabled'; limit: number };
type CreateOptions = Json & { email?: string; displayName?: string; role: Role; mail?: boolean };

const roles: readonly Role[] = ['user', 'moderator', 'admin'];
const largestPage = 100;

const help = `
Name an account by its username, its e-mail or its id: 12, or id:12 if 12 is also a username. You can use these commands while
servers run; changes apply from the next request on. Each change is recorded in the audit log.`;

export function accountsCommand(): Command {
  const accounts = new Command('accounts')
    .description('manage accounts: list, create, disable and delete them, set roles and passwords')
    .addHelpText('after', help);
  accounts
    .command('list')
    .description('list accounts, newest first')
    .argument('[prefix]', 'the start of a username, an e-mail or a display name')
    .addOption(new Option('--role <role>', 'only accounts with this role').choices(roles))
    .addOption(
      new Option('--state <state>', 'only accounts in this state').choices(['active', 'disabled']),
    )
    .addOption(countOption('--limit', 'how many at most', 1_000_000).default(100))
    .addOption(jsonOption())
    .action(list);
  accounts
    .command('create <username>')
    .description('create an account; the password is read from standard input')
    .addOption(emailOption())
    .option('--display-name <name>', 'the name shown beside the username')
    .addOption(
      new Option('--role <role>', 'the role of the account').choices(roles).default('user'),
    )
    .option('--mail', 'read no password: mail the owner a link to choose one')
    .addOption(jsonOption())
    .action(create);
  accounts
    .command('disable')
    .description('block an account at once, and hide what it posted')
    .addArgument(accountArgument())
    .addOption(jsonOption())
    .action((name: string, json: Json) =>
      change(name, { disabled: true }, { ...json, told: (who) => `disabled ${who}` }),
    );
  accounts
    .command('enable')
    .description('undo `disable`')
    .addArgument(accountArgument())
    .addOption(jsonOption())
    .action((name: string, json: Json) =>
      change(name, { disabled: false }, { ...json, told: (who) => `enabled ${who}` }),
    );
  accounts
    .command('role')
    .description('set the role of an account; losing rights ends its sessions')
    .addArgument(accountArgument())
    .addArgument(new Argument('<role>', 'the new role').choices(roles))
    .addOption(jsonOption())
    .action((name: string, role: Role, json: Json) =>
      change(name, { role }, { ...json, told: (who) => `${who} has the role ${role}` }),
    );
  accounts
    .command('reset-password')
    .description('set a new password from standard input, and end all sessions')
    .addArgument(accountArgument())
    .option('--mail', 'read no password: mail the owner a link to choose one')
    .addOption(jsonOption())
    .action(resetPassword);
  accounts
    .command('delete')
    .description('permanently delete an account and everything it posted')
    .addArgument(accountArgument())
    .option('--yes', 'do not ask')
    .addOption(jsonOption())
    .action(remove);
  return accounts;
}

/** Makes an account of a role, with a password from standard input. */
export async function createWithPassword(
  username: string,
  { email, displayName, role, mail, json }: CreateOptions,
  command: string,
): Promise<void> {
  const password = mail ? null : await readPassword(command);
  await withAdmin(async (admin) => {
    const account = await admin.create(operator, {
      username,
      password,
      email: email ?? null,
      displayName: displayName ?? null,
      role,
      idempotencyKey: null,
    });
    printResult(account, {
      json,
      lines: () => `made ${account.username}, account ${account.id}, role ${account.role}`,
    });
  });
}

async function create(username: string, options: CreateOptions): Promise<void> {
  if (options.mail && options.email === undefined) {
    throw new UsageError('there is no address to mail to. Add --email ADDRESS.');
  }
  await createWithPassword(username, options, `accounts create ${username}`);
}

async function list(prefix: string | undefined, options: ListOptions): Promise<void> {
  const { role, state, limit, json } = options;
  const filter: AccountFilter = { q: prefix, role, state };
  const { items, hasMore } = await withAdmin((admin) => collect(admin, filter, limit));
  printRows(items, { json, titles, row: rowOf, none: 'No accounts found.' });
  if (hasMore) process.stderr.write(`There are more than ${limit}; raise --limit.\n`);
}

async function collect(admin: Admin, filter: AccountFilter, limit: number) {
  const items: AccountRecord[] = [];
  for (;;) {
    const last = items.at(-1);
    const before = last ? { at: last.createdAt, id: last.id } : null;
    const page = { before, limit: Math.min(largestPage, limit - items.length) };
    const found = await admin.list(operator, filter, page);
    items.push(...found.items);
    const hasMore = found.nextCursor !== null;
    if (!hasMore || items.length >= limit) return { items, hasMore };
  }
}

async function change(
  name: string,
  wanted: Parameters<Admin['change']>[2],
  { json, told }: Json & { told: (username: string) => string },
): Promise<void> {
  await withAdmin(async (admin) => {
    const { id } = await find(admin, name);
    const account = await admin.change(operator, id, wanted);
    printResult(account, { json, lines: () => told(account.username) });
  });
}

async function resetPassword(
  name: string,
  { mail, json }: Json & { mail?: boolean },
): Promise<void> {
  const password = mail ? null : await readPassword(`accounts reset-password ${name}`);
  await withAdmin(async (admin) => {
    const { id, username, email } = await find(admin, name);
    if (password !== null) {
      await admin.setPassword(operator, id, password);
      const line = `set the password of ${username}; all sessions ended`;
      return printResult({ id, username, isMailed: false }, { json, lines: () => line });
    }
    if (email === null) {
      throw new CommandError(`${username} has no e-mail. Enter a password instead of --mail.`);
    }
    await admin.change(operator, id, { forceReset: true });
    const line = `reset the password of ${username}; all sessions ended; a mail follows`;
    printResult({ id, username, isMailed: true }, { json, lines: () => line });
  });
}

async function remove(name: string, { yes, json }: Json & { yes?: boolean }): Promise<void> {
  await withAdmin(async (admin) => {
    const { id, username } = await find(admin, name);
    if (!yes)
      await confirm(`Delete ${username} (account ${id}) permanently?`, 'nothing was deleted');
    await admin.remove(operator, id);
    const line = `deleted ${username}; a worker removes what it has posted`;
    printResult({ deleted: id, username }, { json, lines: () => line });
  });
}

function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  return withApp(quiet(), ({ services }) => work(services.accountAdmin));
}

async function find(admin: Admin, name: string): Promise<AccountRecord> {
  try {
    return await admin.find(operator, name);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
    throw new CommandError(`there is no account ${name}. See: accounts list`);
  }
}

function accountArgument(): Argument {
  return new Argument('<account>', 'username, e-mail or id');
}

const titles = {
  id: 'ID',
  username: 'USERNAME',
  role: 'ROLE',
  state: 'STATE',
  email: 'E-MAIL',
  created: 'CREATED',
  lastLogin: 'LAST LOGIN',
};

function rowOf(account: AccountRecord): typeof titles {
  return {
    id: String(account.id),
    username: account.username,
    role: account.role,
    state: account.disabledAt ? 'disabled' : 'active',
    email: account.email ?? '-',
    created: account.createdAt.slice(0, 10),
    lastLogin: account.lastLoginAt?.slice(0, 10) ?? 'never',
  };
}
