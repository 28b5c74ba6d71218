import { Command } from 'commander';
import type { App } from '../app/app.ts';
import { type Config, readConfigWith } from '../app/config.ts';
import { freePort } from '../app/free-port.ts';
import { buildHttp } from '../app/http.ts';
import { newLog } from '../app/log.ts';
import { requireOnlyServer } from '../app/only-server.ts';
import {
  isOneOfMany,
  leaveProcesses,
  requireServerDatabase,
  startProcesses,
} from '../app/processes.ts';
import { publicUrlOf } from '../app/public-url.ts';
import { letYoungHeapGrow } from '../app/young-heap.ts';
import { CommandError } from './errors.ts';
import { countOption, portOption } from './options.ts';
import { print } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { withApp } from './with-app.ts';

type Options = {
  seed?: boolean;
  worker: boolean;
  processes: number;
  port?: number;
  host?: string;
};

export function startCommand(): Command {
  return new Command('start')
    .description('start the server')
    .option('--seed', 'create alice, bob and carla with photos first, if they are missing')
    .option('--no-worker', 'run no jobs; `rookery work` runs them in another process')
    .addOption(countOption('--processes', 'how many processes share the port', 64).default(1))
    .addOption(portOption())
    .option('--host <address>', 'the address to listen on, in place of HOST')
    .action(async (options: Options) => {
      try {
        const config = await configWithPort(options);
        if (!options.worker) requireServerDatabase(config, '“--no-worker”');
        if (options.processes > 1) requireServerDatabase(config, '“--processes”');
        if (options.processes > 1 && !isOneOfMany()) await startMany(config, options);
        else await startOne(config, options);
      } finally {
        leaveProcesses();
      }
    });
}

/** The settings, with the flags in their place; the free port of `PORT=0` is chosen now. */
async function configWithPort({ port, host }: Options): Promise<Config> {
  const flags: Record<string, string> = {};
  if (host !== undefined) flags.HOST = host;
  // One of many is told its port by the process that started it.
  if (port !== undefined && !isOneOfMany()) flags.PORT = String(port);
  const config = readConfigWith(flags);
  if (config.http.port !== 0) return config;
  // What is wrong with the address is told when the server listens.
  const found = await freePort(config.http.host).catch(() => null);
  return found === null ? config : readConfigWith({ ...flags, PORT: String(found) });
}

function startOne(config: Config, { seed, worker }: Options): Promise<void> {
  // For the process that started this one.
  if (isOneOfMany() && !process.stdout.isTTY) process.on('SIGHUP', () => {});
  return withApp(
    config,
    async (app) => {
      await requireOnlyServer(app.database);
      const http = await buildHttp(app);
      if (seed && !isOneOfMany()) await seedAll(app);
      if (worker) await app.startWork();
      else app.startHandingOn();
      const stopping = stopSignal();
      await http.listen();
      letYoungHeapGrow();
      if (!isOneOfMany()) greet(publicUrlOf(config));
      await stopping;
      app.log.info('stopping: finishing open requests and running jobs');
      await http.close();
    },
    { isLasting: true },
  );
}

async function startMany(config: Config, { seed, processes }: Options): Promise<void> {
  // A problem with the database is reported once, before there are several processes.
  await withApp(config, async (app) => {
    if (seed) await seedAll(app);
  });
  const stopping = stopSignal();
  const children = startProcesses(processes, config, await newLog(config));
  try {
    const started = children.started.catch(({ message }: Error) => {
      throw new CommandError(`${message} The reason is above.`);
    });
    if (await Promise.race([started, stopping])) greet(publicUrlOf(config));
    // Where somebody watches, the signal says that the terminal was closed.
    if (!process.stdout.isTTY) process.on('SIGHUP', () => void children.restart());
    await stopping;
  } finally {
    await children.stop();
  }
}

/** Loaded only for this: it makes photos. */
async function seedAll(app: App): Promise<void> {
  const { seedPeople } = await import('../app/seed/people.ts');
  await seedPeople(app, print);
}

function greet(url: string): void {
  print(`
Rookery is running at ${url}
  Documentation:  ${url}/docs
  Make an account:
    curl -sS ${url}/v2/accounts -H 'content-type: application/json' \\
      -d '{"username":"me-${Date.now().toString(36)}","password":"${crypto.randomUUID()}"}'
`);
}
