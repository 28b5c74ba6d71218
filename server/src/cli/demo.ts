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
import { CommandError, UsageError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { print, printResult } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { withApp } from './with-app.ts';

type Options = Json & { url?: string; exit?: boolean };

export function demoCommand(): Command {
  return new Command('demo')
    .description('let two new people share a photo, on a running server or on one in memory')
    .option('--url <address>', 'the server, in place of the one that the settings name')
    .option('--exit', 'end a server in memory right away, instead of at Ctrl-C')
    .addOption(jsonOption())
    .action(async ({ url, exit, json }: Options) => {
      if (url !== undefined) {
        if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no address of a server.`);
        return onServer(url.replace(/\/+$/, ''), { json });
      }
      const config = readPassingConfig();
      const usual = publicUrlOf(config);
      if (!(await isRunning(usual))) return inMemory({ staysOpen: !exit, json });
      if (config.isLive) {
        throw new CommandError(
          `the demo makes two accounts and a post, and ROOKERY_ENV=${config.env}. If you want them there, name the server: demo --url ${usual}`,
        );
      }
      return onServer(usual, { json });
    });
}

async function onServer(url: string, { json }: Json): Promise<void> {
  if (!(await isRunning(url))) {
    throw new CommandError(`no Rookery answers at ${url}. Start one with ./rookery start`);
  }
  if (!json) print(`On the server at ${url}:\n`);
  show(url, await tellStory(url, json ? () => {} : step), { json });
}

/** A server of its own, which knows none of the settings and leaves nothing behind. */
async function inMemory({ staysOpen, json }: Json & { staysOpen: boolean }): Promise<void> {
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
      if (!json) print(`No server is running, so this one is in memory, at ${url}:\n`);
      try {
        show(url, await tellStory(url, json ? () => {} : step), { json });
        if (staysOpen && !json) print('\nPress Ctrl-C to end the server; nothing of it is kept.');
        if (staysOpen) await stopping;
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

function show(url: string, told: Told, { json }: Json): void {
  printResult(
    { url, ...told },
    {
      json,
      lines: () => [
        '',
        'Open in a browser:',
        `  the photo    ${told.photoUrl}`,
        `  the post     ${told.postUrl}`,
        `  alice        ${told.profileUrl}`,
        `  the API      ${url}/docs`,
      ],
    },
  );
}
