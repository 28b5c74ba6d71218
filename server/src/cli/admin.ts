import { Command } from 'commander';
import { openApp } from '../app/app.ts';
import { readConfig } from '../app/config.ts';
import { createWithPassword, emailOption } from './accounts.ts';
import { print } from './print.ts';

export function adminCommand(): Command {
  const admin = new Command('admin').description('manage administrators');
  admin
    .command('create <username>')
    .description('create an account with the role admin; the password is read from standard input')
    .addOption(emailOption())
    .action((username: string, options: { email?: string }) =>
      createWithPassword(username, { ...options, role: 'admin' }, `admin create ${username}`),
    );
  admin
    .command('remove-second-factor <username>')
    .description('remove the second factor of a user who lost authenticator and recovery codes')
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
