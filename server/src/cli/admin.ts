import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { createWithPassword } from './accounts.ts';
import { emailOption } from './options.ts';
import { print } from './print.ts';
import { withApp } from './with-app.ts';

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
    .action((username: string) =>
      withApp(readConfig(), async ({ services: { accounts, totp } }) => {
        await totp.drop(await accounts.findId(username));
        print(`removed the second factor of ${username}; passkeys and app passwords are unchanged`);
      }),
    );
  return admin;
}
