import { availableParallelism, cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { type LargeSetSize, largeSetSize } from '../src/app/seed/large-set-plan.ts';
import { baselineLoads } from './baseline-loads.ts';
import { programAt } from './beside.ts';
import { thisProgram } from './cached-set.ts';
import { contractLoads } from './contract-loads.ts';
import { checkGates, gateTable } from './gates.ts';
import { loads } from './loads.ts';
import { measure, measureBeside, measurePair, type Pace, type Result } from './measure.ts';
import { benchOutbox } from './outbox-bench.ts';
import type { Child } from './processes.ts';
import { publish } from './publish.ts';
import { tableOf, withRatios } from './report.ts';
import { serverUrls } from './server-set.ts';
import { benchStart } from './start-bench.ts';
import { type Subject, startBaseline, startSubject } from './subject.ts';

type Options = {
  only?: string[];
  contract?: string[];
  database: string;
  seconds: number;
  warmUp: number;
  concurrency: number;
  users: number;
  profile?: string;
  beside?: string;
  publish?: boolean;
  json?: boolean;
  outbox?: boolean;
  start?: boolean;
  broker?: string;
};

const contractNames = Object.keys(contractLoads);
const known = [
  ...Object.keys(baselineLoads),
  ...Object.keys(loads),
  ...Object.values(contractLoads).flatMap((pairs) => Object.keys(pairs)),
];
/** How often two loads that are compared take turns. */
const turns = 5;

const program = new Command('bench')
  .description('Measures the server on a copy of the large set, beside Fastify with a static page.')
  .option('--only <loads>', `these loads, separated by commas: ${known.join(', ')}`, loadNames)
  .option(
    '--contract <name>',
    `loads of an older contract instead, each in turns with what does the same in /v2: ${contractNames.join(', ')} or all; may repeat`,
    contractName,
  )
  .option(
    '--database <name>',
    'sqlite, postgres or mysql on this machine, or the address of a server that may make databases',
    databaseName,
    'sqlite',
  )
  .option('--seconds <number>', 'how long each load is measured', wholeNumber, 5)
  .option('--warm-up <number>', 'seconds of each load before it is measured', wholeNumber, 3)
  .option('--concurrency <number>', 'connections', wholeNumber, 16)
  .option('--users <number>', 'users of the set; its other numbers follow', wholeNumber, 10_000)
  .option('--profile <folder>', 'write a CPU profile of the server there (for Chrome DevTools)')
  .option('--beside <commit>', 'measure each load in turns with another version of the program')
  .option('--publish', 'write the figures and a chart to docs/benchmarks')
  .option('--json', 'print JSON')
  .option('--outbox', 'events through the outbox instead, with one, two and four workers')
  .option('--start', 'how fast the program starts and what memory it needs instead')
  .option('--broker <address>', 'with --outbox: through this RabbitMQ')
  .addHelpText(
    'after',
    '\nThe set is seeded once and kept: below data/bench, or on the server as rookery_bench_N_KEY. docs/benchmarks.md tells what is measured.',
  )
  .action(bench);

await program.parseAsync();

async function bench(options: Options): Promise<void> {
  if (options.outbox) return print(await outboxTable(options));
  if (options.start) return printStart();
  const size = largeSetSize({ users: options.users });
  const results = await measureAll(options, size);
  const rows = withRatios(results);
  const engine = engineOf(options.database);
  const gates = options.contract ? [] : checkGates(rows, engine === 'sqlite' ? engine : 'server');
  const run = { engine, machine: machine(), size, beside: options.beside, rows, gates };
  print(options.json ? JSON.stringify(run, null, 2) : tableOf(rows));
  if (!options.json && gates.length > 0) print(`\n${gateTable(gates)}`);
  if (options.publish) say(`Wrote ${await publish(run)}.`);
  const wrong = rows.filter((row) => row.faults > 0);
  for (const row of wrong) say(`${row.name}: ${row.faults} wrong answers: ${row.firstFault}`);
  if (wrong.length > 0) process.exitCode = 1;
}

async function printStart(): Promise<void> {
  const { table, gates } = await benchStart(say);
  print(`${table}\n\n${gateTable(gates)}`);
}

function outboxTable({ database, broker }: Options): Promise<string> {
  // On SQLite one process works.
  if (database === 'sqlite') program.error('--outbox needs --database postgres or mysql.');
  return benchOutbox({ database, broker: broker ?? null, events: 20_000, say });
}

async function measureAll(options: Options, size: LargeSetSize): Promise<Result[]> {
  const { database, profile } = options;
  const own = await startSubject({ size, program: thisProgram, say }, { database, profile });
  try {
    const baseline = await startBaseline(own);
    try {
      if (!options.beside) return await runLoads(options, { ...own, baseline });
      const program = await programAt(options.beside, say);
      const other = await startSubject({ size, program, say }, { database });
      try {
        return await runLoads(options, { ...own, baseline, other });
      } finally {
        await other.stop();
      }
    } finally {
      await baseline.stop();
    }
  } finally {
    await own.stop();
  }
}

type Running = Subject & { baseline: Child; other?: Subject };

async function runLoads(options: Options, running: Running): Promise<Result[]> {
  const { seconds, warmUp: warmUpSeconds, concurrency } = options;
  const pace = { seconds, warmUpSeconds, concurrency };
  const results: Result[] = [];
  for (const [name, load] of Object.entries(baselineLoads)) {
    // The ratios need the static page, whatever else is wanted.
    if (!isWanted(options, name) && name !== 'static-page') continue;
    say(name);
    results.push(...(await measure(load, running.baseline, pace)));
  }
  const more = options.contract ? runPairs : runOwn;
  return [...results, ...(await more(options, running, pace))];
}

async function runOwn(
  options: Options,
  { server, needs, other }: Running,
  pace: Pace,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, make] of Object.entries(loads)) {
    if (!isWanted(options, name)) continue;
    say(name);
    const load = await make(needs);
    const otherLoad = other ? await make(other.needs) : null;
    if (load && other && otherLoad) {
      const sides = [
        { load, server },
        { load: otherLoad, server: other.server },
      ] as const;
      results.push(...(await measureBeside(...sides, { ...pace, turns })));
    } else if (load) results.push(...(await measure(load, server, pace)));
    else say(`${name}: the set is too small for it`);
  }
  return results;
}

async function runPairs(
  options: Options,
  { server, needs }: Running,
  pace: Pace,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const contract of options.contract ?? []) {
    for (const [name, make] of Object.entries(contractLoads[contract] ?? {})) {
      if (!isWanted(options, name)) continue;
      say(name);
      const pair = await make(needs);
      if (pair) results.push(...(await measurePair(pair, server, { ...pace, turns })));
      else say(`${name}: the set is too small for it`);
    }
  }
  return results;
}

function isWanted({ only, contract }: Options, name: string): boolean {
  if (only) return only.includes(name);
  return !contract || name !== 'hello';
}

function machine() {
  return { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model ?? '' };
}

function loadNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`${unknown.join(', ')} is none of: ${known.join(', ')}.`);
  }
  return names;
}

/** Those named before, and this one. */
function contractName(text: string, before: readonly string[] = []): string[] {
  if (text === 'all') return contractNames;
  if (contractNames.includes(text)) return [...new Set([...before, text])];
  throw new InvalidArgumentError(`It is none of: ${contractNames.join(', ')}, all.`);
}

function databaseName(text: string): string {
  if (text === 'sqlite' || /^(postgres|mysql):\/\//.test(text)) return text;
  if (text === 'postgres' || text === 'mysql') return serverUrls[text];
  throw new InvalidArgumentError('It must be sqlite, postgres, mysql or an address of the latter.');
}

function engineOf(database: string): string {
  return database === 'sqlite' ? database : (/^\w+/.exec(database)?.[0] ?? database);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1_000_000) {
    throw new InvalidArgumentError('It must be a whole number from 1.');
  }
  return number;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress goes to standard error, so that `--json` stays readable. */
function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
