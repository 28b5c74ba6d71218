import { Command } from 'commander';
import { openApp } from '../app/app.ts';
import { readConfig } from '../app/config.ts';
import { CommandError, print } from './print.ts';

export function adminCommand(): Command {
  const admin = new Command('admin').description('look after the people who run the server');
  admin
    .command('create <username>')
    .description('make an account with the role admin; the password is read from standard input')
    .option('--email <address>', 'e-mail address')
    .action(async (username: string, { email }: { email?: string }) => {
      const password = await readPassword();
      const app = await openApp(readConfig());
      try {
        const { accounts } = app.services;
        const input = { username, password, displayName: null, idempotencyKey: null };
        const account = await accounts.create({ ...input, email: email ?? null, role: 'admin' });
        print(`made ${account.username}, account ${account.id}, role ${account.role}`);
      } finally {
        await app.close();
      }
    });
  admin
    .command('remove-second-factor <username>')
    .description(
      'let somebody in by the password alone who has lost authenticator and recovery codes',
    )
    .action(async (username: string) => {
      const app = await openApp(readConfig());
      try {
        const { accounts, totp } = app.services;
        await totp.drop(await accounts.findId(username));
        print(
          `${username} has no second factor any more; passkeys and app passwords are as they were`,
        );
      } finally {
        await app.close();
      }
    });
  return admin;
}

/** From standard input, never from an argument: arguments show up in the list of processes. */
async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Password (shown as you type), then Enter: ');
  for await (const line of readLines()) return line;
  throw new CommandError(
    'no password came in. Try: echo "$PASSWORD" | ./rookery admin create NAME',
  );
}

async function* readLines(): AsyncGenerator<string> {
  const { createInterface } = await import('node:readline');
  yield* createInterface({ input: process.stdin });
}
