import { Command, InvalidArgumentError, Option } from 'commander';
import { type Cluster, type EngineName, startCluster } from './cluster.ts';
import { disturbances, underLoad } from './disturbances.ts';
import { hammer } from './hammer.ts';
import { queueDeleted, vhostDeleted } from './lost-queue.ts';
import type { Options, Outcome } from './step.ts';
import { story } from './story.ts';
import { workerKilled } from './worker.ts';

type Step = (cluster: Cluster, options: Options) => Promise<Outcome>;

const steps: Record<string, Step> = {
  story,
  hammer,
  ...Object.fromEntries(
    Object.keys(disturbances).map((name): [string, Step] => [
      name,
      (cluster, options) => underLoad(cluster, name, options),
    ]),
  ),
  worker: workerKilled,
  'queue-deleted': queueDeleted,
  'vhost-deleted': vhostDeleted,
};

type Given = { only?: string; database: EngineName; seconds: number; quick?: boolean };

const program = new Command('test:faults')
  .description(
    'Runs two web processes and a worker behind nginx, on a database and a Redis of their own, RabbitMQ and radosgw; ' +
      'hammers them, and breaks one service after the other under load.',
  )
  .option(
    '--only <name>',
    `these steps alone, separated by commas: ${Object.keys(steps).join(', ')}`,
    stepName,
  )
  .addOption(
    new Option('--database <engine>', 'a server of its own')
      .choices(['postgres', 'mysql'])
      .default('postgres'),
  )
  .option('--seconds <number>', 'how long load runs, and before and after each fault', number, 5)
  .option('--quick', 'services are away for 5 s rather than 20 (RabbitMQ 60); 200 jobs, not 500')
  .addHelpText(
    'after',
    '\nRabbitMQ is the machine’s, with a vhost of our own: connections go through a proxy of ours, which cuts them and refuses new ones.' +
      '\nnginx is installed by apt-get when it is missing, which needs root.',
  )
  .action(main);

async function main({ only, database, seconds, quick }: Given): Promise<void> {
  const away = quick
    ? { outageSeconds: 5, brokerSeconds: 10, jobs: 200 }
    : { outageSeconds: 20, brokerSeconds: 60, jobs: 500 };
  process.stdout.write('The cluster starts (about 30 s) …\n');
  const cluster = await startCluster(database);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void cluster.close().finally(() => process.exit(130)));
  const rows: string[] = [];
  try {
    for (const [name, step] of Object.entries(steps)) {
      if (only && !only.split(',').includes(name)) continue;
      const { figures, problems } = await attempt(() => step(cluster, { seconds, ...away }));
      const verdict = problems.length === 0 ? 'PASS' : 'FAIL';
      process.stdout.write(`${verdict} ${name}: ${figures}\n`);
      for (const problem of problems) process.stdout.write(`     ${problem}\n`);
      if (problems.length > 0) {
        process.exitCode = 1;
        for (const web of cluster.webs) process.stdout.write(web.output().slice(-1500));
      }
      rows.push(`| ${name} | ${figures} | ${verdict} |`);
    }
  } finally {
    await cluster.close();
  }
  process.stdout.write(`\n| step | figures | |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
}

async function attempt(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    return { figures: 'broken off', problems: [error instanceof Error ? String(error.stack) : ''] };
  }
}

function stepName(name: string): string {
  if (name.split(',').every((each) => each in steps)) return name;
  throw new InvalidArgumentError(`There are ${Object.keys(steps).join(', ')}.`);
}

function number(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
}

await program.parseAsync();
