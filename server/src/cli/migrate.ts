import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { withSchema } from '../app/schema.ts';
import { jsonOption, print, printRows } from './print.ts';

export function migrateCommand(): Command {
  const migrate = new Command('migrate').description('change or show the schema of the database');
  migrate
    .command('up [to]')
    .description('apply all steps that are missing, or those up to one')
    .action(async (to?: string) => {
      const { applied } = await withSchema(readConfig(), (schema) => schema.up(to));
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('Nothing to do: the schema is up to date.');
    });
  migrate
    .command('down')
    .description('revert the latest step, with the data that it holds')
    .action(async () => {
      const { reverted } = await withSchema(readConfig(), (schema) => schema.down());
      for (const name of reverted) print(`reverted ${name}`);
      if (reverted.length === 0) print('Nothing to do: no step is applied.');
    });
  migrate
    .command('status')
    .description('show every step and when it was applied')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const states = await withSchema(readConfig(), (schema) => schema.states());
      const rows = states.map(({ name, appliedAt }) => ({ name, applied: appliedAt ?? 'not yet' }));
      printRows(rows, { json });
    });
  return migrate;
}
