import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { openDatabase } from '../../src/db/database.ts';
import {
  cleanUp,
  type Program,
  runCommand,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';
import { type Figures, newFigures, type Target, writeUntil } from './galera-clients.ts';

/**
 * Two processes of Rookery on two nodes of a Galera cluster, under load, while nodes are killed with -9. Prints what
 * the clients saw, and ends with 1 when a counter is wrong or an answer was neither success nor 503 with Retry-After.
 * Run as root: npm run test:galera
 */
const script = join(import.meta.dirname, '../support/galera.sh');
const parent = mkdtempSync(join(tmpdir(), 'rookery-galera-'));
const folder = join(parent, 'cluster');
const returnLimitMs = 60_000;
const faults: string[] = [];
let kept = 0;

// However it ends, but by kill -9: no node stays behind.
process.once('exit', () => {
  execFileSync(script, ['stop', folder]);
  rmSync(parent, { recursive: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  await run();
} finally {
  await cleanUp();
}
for (const fault of faults) print(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

async function run(): Promise<void> {
  const lacking = execFileSync(script, ['missing'], { encoding: 'utf8' });
  if (lacking) throw new Error(`It needs ${lacking}(${script} install).`);
  // The nodes run as another user.
  chmodSync(parent, 0o755);
  await galera('start');
  const ports = readFileSync(join(folder, 'ports'), 'utf8').trim();
  const urls = ports.split(' ').map((port) => `mysql://root@127.0.0.1:${port}/rookery`);
  const programs = await startTwo(urls);
  const targets = await signUpAll(programs);

  await phase('three nodes', targets, () => sleep(5000));
  await phase('node 2 is killed', targets, async () => {
    await galera('kill', '2');
    await sleep(12_000);
  });
  await phase('node 2 comes back', targets, async () => {
    await restarted('2');
    await untilBothWrite(targets);
  });
  await phase('nodes 2 and 3 are killed, and come back', targets, async () => {
    await galera('kill', '2', '3');
    await sleep(12_000);
    await restarted('2', '3');
    await untilBothWrite(targets);
  });
  // What was no 503 is in the log with its reason.
  for (const program of programs)
    print(
      program
        .printed()
        .replace(/^[^{].*\n/gm, '')
        .trim(),
    );
  for (const [i, url] of urls.entries()) await checkCounters(`node ${i + 1}`, url);
}

async function startTwo(urls: readonly string[]): Promise<Program[]> {
  const [first = '', second = ''] = urls;
  const admin = openDatabase(first.replace('/rookery', '/mysql'), 1);
  await sql`create database rookery`.execute(admin.kysely);
  await admin.close();
  const dataDir = temporaryFolder();
  const environmentOf = (url: string) => ({
    DATABASE_URL: url,
    SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
  });
  const { code, stderr } = await runCommand(['migrate', 'up'], {
    environment: environmentOf(first),
  });
  if (code !== 0) throw new Error(stderr);
  const started = [first, second].map((url) =>
    startProgram({ dataDir, environment: environmentOf(url) }),
  );
  return Promise.all(started);
}

async function signUpAll(programs: readonly Program[]): Promise<Target> {
  const [program] = programs;
  const tokens: string[] = [];
  for (const username of ['alice', 'bob', 'carla']) {
    const password = `${username}-walks-at-dusk`;
    await program?.send('POST', '/v2/accounts', { body: { username, password } });
    const login = { body: { login: username, password } };
    tokens.push((await program?.send('POST', '/v2/sessions', login))?.body.accessToken);
  }
  // What is written on one node is read on the others a moment later.
  await sleep(1000);
  return { programs, tokens };
}

/** Lets eight clients write while `meanwhile` runs, and then until all they had begun is kept. */
async function phase(name: string, target: Target, meanwhile: () => Promise<void>): Promise<void> {
  const figures = newFigures();
  let isOver = false;
  const clients = Array.from({ length: 8 }, (_, client) =>
    writeUntil(() => isOver, { target, client, figures }),
  );
  await sleep(2000);
  await meanwhile();
  await sleep(2000);
  isOver = true;
  await Promise.all(clients);
  kept += figures.kept;
  report(name, figures);
}

function report(name: string, { answers, kept: posts, ...figures }: Figures): void {
  const statuses = [...answers]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`);
  print(
    `${name}: ${posts} posts kept; answers: ${statuses.join(', ')}; longest answer ${figures.longestAnswerMs} ms, longest until kept ${figures.longestUntilKeptMs} ms`,
  );
  for (const surprise of new Set(figures.surprises)) faults.push(`${name}: ${surprise}`);
}

async function restarted(...nodes: string[]): Promise<void> {
  const since = Date.now();
  await galera('restart', ...nodes);
  print(`node ${nodes.join(' and ')} in step again after ${Date.now() - since} ms`);
}

/** Until each process has written again, without having been restarted. */
async function untilBothWrite({ programs, tokens }: Target): Promise<void> {
  const since = Date.now();
  const change = { token: tokens[0] ?? '', body: { bio: 'Hills, mostly.' } };
  for (const program of programs) {
    while ((await program.send('PATCH', '/v2/me', change)).status !== 200) {
      if (Date.now() > since + returnLimitMs) throw new Error('A process does not write again.');
      await sleep(100);
    }
  }
  print(`both processes write again ${Date.now() - since} ms after that`);
}

async function checkCounters(node: string, url: string): Promise<void> {
  const database = openDatabase(url, 1);
  await sql`set session wsrep_sync_wait = 1`.execute(database.kysely);
  const { rows } = await sql<Record<string, number | string>>`
    select (select count(*) from posts) as posts, (select sum(post_count) from accounts) as counted_posts,
      (select count(*) from likes) as likes, (select sum(like_count) from posts) as counted_likes`.execute(
    database.kysely,
  );
  await database.close();
  const numbers = Object.entries(rows[0] ?? {}).map(([name, n]) => [name, Number(n)] as const);
  const text = numbers.map(([name, n]) => `${name} ${n}`).join(', ');
  print(`${node}: ${text}; acknowledged ${kept}`);
  if (numbers.some(([, n]) => n !== kept)) faults.push(`${node}: the counters are not exact`);
}

/** Must not block: the clients go on meanwhile. */
async function galera(command: string, ...nodes: string[]): Promise<void> {
  await promisify(execFile)(script, [command, folder, ...nodes]);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
