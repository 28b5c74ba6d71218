import { once } from 'node:events';
import { Command } from 'commander';
import { openApp } from '../app/app.ts';
import { readConfig } from '../app/config.ts';
import { buildHttp } from '../app/http.ts';
import { seedPeople } from '../app/seed/people.ts';
import { print } from './print.ts';

export function startCommand(): Command {
  return new Command('start')
    .description('start the server')
    .option('--seed', 'make alice, bob and carla with their photos first, unless they are there')
    .action(async ({ seed }: { seed?: boolean }) => {
      const config = readConfig();
      const app = await openApp(config);
      try {
        const http = await buildHttp(app);
        if (seed) await seedPeople(app, print);
        app.startWork();
        const stopping = stopSignal();
        const address = await http.listen();
        greet(config.http.publicUrl ?? address);
        await stopping;
        app.log.info('stopping: no request is cut, running jobs end');
        await http.close();
      } finally {
        await app.close();
      }
    });
}

/** Resolves at SIGTERM or SIGINT; a second one ends the process at once. */
async function stopSignal(): Promise<void> {
  const other = new AbortController();
  const signals = ['SIGTERM', 'SIGINT'].map((name) => once(process, name, other));
  await Promise.race(signals);
  other.abort();
  await Promise.allSettled(signals);
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
