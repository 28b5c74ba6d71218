import { Command, InvalidArgumentError } from 'commander';
import type { Outcome } from '../faults/step.ts';
import { edge } from './edge.ts';
import { refusals } from './refusals.ts';
import { rolling, sighup } from './rolling.ts';
import { type Stack, startStack } from './stack.ts';

const steps: Record<string, (stack: Stack) => Promise<Outcome>> = {
  edge,
  refusals,
  rolling,
  sighup,
};

const program = new Command('test:stack')
  .description(
    'Runs two web processes and a worker on a PostgreSQL of their own, behind nginx with deploy/nginx/rookery.conf, and tries what ' +
      'that file promises: refusals reach the client, and rolling restarts are not noticed, at SIGHUP without nginx either.',
  )
  .option('--only <name>', `this step alone: ${Object.keys(steps).join(', ')}`, stepName)
  .addHelpText('after', '\nnginx is installed by apt-get when it is missing, which needs root.')
  .action(main);

async function main({ only }: { only?: string }): Promise<void> {
  const stack = await startStack();
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void stack.close().finally(() => process.exit(130)));
  try {
    for (const [name, step] of Object.entries(steps)) {
      if (only && only !== name) continue;
      const { figures, problems } = await step(stack);
      process.stdout.write(`${problems.length === 0 ? 'PASS' : 'FAIL'} ${name}: ${figures}\n`);
      for (const problem of problems) process.stdout.write(`     ${problem}\n`);
      if (problems.length > 0) {
        process.exitCode = 1;
        process.stdout.write(stack.nginx.log('error').slice(-1500));
      }
    }
  } finally {
    await stack.close();
  }
}

function stepName(name: string): string {
  if (name in steps) return name;
  throw new InvalidArgumentError(`There are ${Object.keys(steps).join(', ')}.`);
}

await program.parseAsync();
