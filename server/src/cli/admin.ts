import { Command } from 'commander';
import { createWithPassword, emailOption } from './accounts.ts';

export function adminCommand(): Command {
  const admin = new Command('admin').description('look after the people who run the server');
  admin
    .command('create <username>')
    .description('make an account with the role admin; the password is read from standard input')
    .addOption(emailOption())
    .action((username: string, options: { email?: string }) =>
      createWithPassword(username, { ...options, role: 'admin' }, `admin create ${username}`),
    );
  return admin;
}
