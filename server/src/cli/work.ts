import { Command } from 'commander';
import type { App } from '../app/app.ts';
import { readConfig } from '../app/config.ts';
import { requireServerDatabase } from '../app/processes.ts';
import { serveHealth } from '../app/worker-health.ts';
import { countOption } from './options.ts';
import { print } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { withApp } from './with-app.ts';

/** More would find no place to wait before the image library. */
const maxConcurrency = 100;

export function workCommand(): Command {
  return new Command('work')
    .description('run jobs in a separate process, beside `start --no-worker`')
    .addOption(countOption('--concurrency', 'how many jobs run at once', maxConcurrency).default(8))
    .action(async ({ concurrency }: { concurrency: number }) => {
      const config = readConfig();
      requireServerDatabase(config, '“rookery work”');
      const work = async (app: App) => {
        const stopping = stopSignal();
        await app.startWork();
        print(`Rookery is working, ${concurrency} jobs at once.`);
        const { workHealthPort } = config.serving;
        const endHealth =
          workHealthPort > 0 ? await serveHealth(app, workHealthPort) : async () => {};
        await stopping;
        app.log.info('stopping: finishing running jobs');
        await endHealth();
      };
      await withApp(config, work, { concurrency, isLasting: true });
    });
}
