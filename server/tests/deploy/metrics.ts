import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/db/database.ts';
import { appendToOutbox } from '../../src/db/outbox.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, rootDir, startProgram, temporaryFolder } from '../support/process.ts';

/** `npm run test:metrics`: a real Prometheus reads a running server, and its alerts fire. */
const limitMs = 90_000;

type Alert = { labels: Record<string, string>; state: string };

async function main(): Promise<void> {
  execFileSync(join(import.meta.dirname, 'prometheus.sh'), ['install'], { stdio: 'inherit' });
  const [metricsPort, port] = [await freePort(), await freePort()];
  const dataDir = temporaryFolder();
  const environment = { METRICS_PORT: String(metricsPort) };
  const server = await startProgram({ dataDir, environment });
  const prometheus = startPrometheus(port, metricsPort);
  try {
    for (let i = 0; i < 20; i += 1) await server.send('GET', '/v2/explore');
    const requests = 'sum(rookery_http_requests_total{route="/v2/explore",status="200"})';
    await until('requests are counted', async () => (await valueOf(port, requests)) === 20);
    print(`Prometheus has read ${await valueOf(port, 'count({job="rookery"})')} series`);
    await plantDeadLetter(dataDir);
    await until('RookeryDeadLetters fires', () => isFiring(port, 'RookeryDeadLetters'));
    await server.kill('SIGTERM');
    await until('RookeryDown fires once the server is gone', () => isFiring(port, 'RookeryDown'));
  } finally {
    prometheus.kill('SIGTERM');
    await once(prometheus, 'exit');
    await cleanUp();
  }
}

/** With our rules, but read each second, and alerts that wait for 2 s instead of minutes. */
function startPrometheus(port: number, metricsPort: number): ChildProcess {
  const folder = temporaryFolder();
  cpSync(join(rootDir, 'deploy/prometheus'), folder, { recursive: true });
  change(join(folder, 'prometheus.yml'), [
    [/127\.0\.0\.1:9464/, `127.0.0.1:${metricsPort}`],
    [/: 15s/g, ': 1s'],
  ]);
  change(join(folder, 'alerts.yml'), [[/for: \d+m/g, 'for: 2s']]);
  const args = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ];
  return spawn('prometheus', args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

function change(file: string, changes: ReadonlyArray<[RegExp, string]>): void {
  const text = changes.reduce(
    (changed, [pattern, by]) => changed.replace(pattern, by),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, text);
}

async function plantDeadLetter(dataDir: string): Promise<void> {
  const database = openDatabase(`sqlite:${join(dataDir, 'rookery.sqlite')}`);
  const at = new Date().toISOString();
  const repeat = { subscriber: 'mail', eventId: 7, attempts: 12, error: 'no', isLast: true };
  await database.transaction((tx) =>
    appendToOutbox(tx, { topic: 'moon.risen', payload: {}, dueAt: at, createdAt: at, repeat }),
  );
  await database.close();
}

async function valueOf(port: number, query: string): Promise<number | null> {
  const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
  const { data } = (await (await fetch(url)).json()) as {
    data: { result: Array<{ value: [number, string] }> };
  };
  const [first] = data.result;
  return first ? Number(first.value[1]) : null;
}

async function isFiring(port: number, name: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`);
  const { data } = (await response.json()) as { data: { alerts: Alert[] } };
  return data.alerts.some(({ labels, state }) => labels.alertname === name && state === 'firing');
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await check().catch(() => false))) {
    if (Date.now() > end) throw new Error(`not seen within ${limitMs / 1000} s: ${what}`);
    await sleep(500);
  }
  print(`✓ ${what}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
