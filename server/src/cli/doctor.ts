import { Command } from 'commander';
import { runChecks } from '../app/checks.ts';
import { CommandError } from './errors.ts';
import { jsonOption } from './options.ts';
import { print } from './print.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check configuration, database, storage, image library and mail, and say how to fix problems',
    )
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const checks = await runChecks();
      if (json) print(JSON.stringify(checks, null, 2));
      else
        for (const { name, isOk, detail } of checks)
          print(`${isOk ? '✓' : '✗'} ${name}: ${detail}`);
      const broken = checks.filter((check) => !check.isOk);
      if (broken.length > 0)
        throw new CommandError(`failed: ${broken.map((c) => c.name).join(', ')}`);
    });
}
