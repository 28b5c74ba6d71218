import { Command } from 'commander';
import { runChecks } from '../app/checks.ts';
import { CommandError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { printResult } from './print.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check configuration, database, storage, image library and mail, and say how to fix problems',
    )
    .addOption(jsonOption())
    .action(async ({ json }: Json) => {
      const checks = await runChecks();
      const lines = () =>
        checks.map(({ name, isOk, detail }) => `${isOk ? '✓' : '✗'} ${name}: ${detail}`);
      printResult(checks, { json, lines });
      const broken = checks.filter((check) => !check.isOk);
      if (broken.length > 0)
        throw new CommandError(`failed: ${broken.map((c) => c.name).join(', ')}`);
    });
}
