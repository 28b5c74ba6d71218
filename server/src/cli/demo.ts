import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { readConfig, readPassingConfig } from '../app/config.ts';
import { isRunning } from '../app/demo/running.ts';
import { type Told, tellStory } from '../app/demo/story.ts';
import { freePort } from '../app/free-port.ts';
import { buildHttp } from '../app/http.ts';
import { publicUrlOf } from '../app/public-url.ts';
import { CommandError } from './errors.ts';
import { print } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { withApp } from './with-app.ts';

type Options = { url?: string; exit?: boolean };

export function demoCommand(): Command {
  return new Command('demo')
    .description('let two new people share a photo, on a running server or on one in memory')
    .option('--url <address>', 'the server, in place of the one that the settings name')
    .option('--exit', 'end a server in memory right away, instead of at Ctrl-C')
    .action(async ({ url, exit }: Options) => {
      if (url !== undefined) return onServer(url.replace(/\/+$/, ''));
      const config = readPassingConfig();
      const usual = publicUrlOf(config);
      if (!(await isRunning(usual))) return inMemory({ staysOpen: !exit });
      if (config.isLive) {
        throw new CommandError(
          `the demo makes two accounts and a post, and ROOKERY_ENV=${config.env}. If you want them there, name the server: demo --url ${usual}`,
        );
      }
      return onServer(usual);
    });
}

async function onServer(url: string): Promise<void> {
  if (!(await isRunning(url))) {
    throw new CommandError(`no Rookery answers at ${url}. Start one with ./rookery start`);
  }
  print(`On the server at ${url}:\n`);
  showLinks(url, await tellStory(url, step));
}

/** A server of its own, which knows none of the settings and leaves nothing behind. */
async function inMemory({ staysOpen }: { staysOpen: boolean }): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-demo-'));
  const port = await freePort('127.0.0.1');
  const config = readConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: 'sqlite::memory:',
    PORT: String(port),
    LOG_LEVEL: 'warn',
  });
  const url = publicUrlOf(config);
  try {
    await withApp(config, async (app) => {
      const http = await buildHttp(app, { drainMs: 0 });
      await app.startWork();
      const stopping = stopSignal();
      await http.listen();
      print(`No server is running, so this one is in memory, at ${url}:\n`);
      try {
        showLinks(url, await tellStory(url, step));
        if (staysOpen) {
          print('\nPress Ctrl-C to end the server; nothing of it is kept.');
          await stopping;
        }
      } finally {
        await http.close();
      }
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function step(line: string): void {
  print(`  ✓ ${line}`);
}

function showLinks(url: string, { photoUrl, postUrl, profileUrl }: Told): void {
  print(`
Open in a browser:
  the photo    ${photoUrl}
  the post     ${postUrl}
  alice        ${profileUrl}
  the API      ${url}/docs`);
}
