import { Command } from 'commander';
import { type Config, readConfig } from '../app/config.ts';
import { databasePlace, withSchema } from '../app/schema.ts';
import { confirm } from './ask.ts';
import { CommandError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';

export function dbCommand(): Command {
  const db = new Command('db').description('reset the database');
  db.command('reset')
    .description('drop all tables and their data, and create empty ones')
    .option('--yes', 'do not ask')
    .addOption(jsonOption())
    .action(async ({ yes, json }: Json & { yes?: boolean }) => {
      const config = readConfig();
      await withSchema(config, async (schema) => {
        const tables = await schema.tables();
        if (!yes) await checkConsent(config, tables.length);
        const { applied } = await schema.reset();
        const line = `dropped ${tables.length} tables, applied ${applied.join(', ')}`;
        printResult({ dropped: tables, applied }, { json, lines: () => line });
      });
    });
  return db;
}

async function checkConsent(config: Config, tableCount: number): Promise<void> {
  const place = databasePlace(config);
  if (config.isLive) {
    throw new CommandError(`this would drop ${tableCount} tables of ${place}. Confirm with --yes`);
  }
  await confirm(`Drop all ${tableCount} tables of ${place}?`, 'nothing was dropped');
}
