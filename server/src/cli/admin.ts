import { Command } from 'commander';
import { createWithPassword } from './accounts.ts';
import { emailOption, type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';
import { quiet, withApp } from './with-app.ts';

export function adminCommand(): Command {
  const admin = new Command('admin').description('manage administrators');
  admin
    .command('create <username>')
    .description('create an account with the role admin; the password is read from standard input')
    .addOption(emailOption())
    .addOption(jsonOption())
    .action((username: string, options: Json & { email?: string }) =>
      createWithPassword(username, { ...options, role: 'admin' }, `admin create ${username}`),
    );
  admin
    .command('remove-second-factor <username>')
    .description('remove the second factor of a user who lost authenticator and recovery codes')
    .addOption(jsonOption())
    .action((username: string, { json }: Json) =>
      withApp(quiet(), async ({ services: { accounts, totp } }) => {
        const id = await accounts.findId(username);
        await totp.drop(id);
        const line = `removed the second factor of ${username}; passkeys and app passwords are unchanged`;
        printResult({ id, username }, { json, lines: () => line });
      }),
    );
  return admin;
}
