import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './cached-set.ts';
import { type GateResult, resultOf } from './gates.ts';
import { cpuMicroseconds, startChild } from './processes.ts';

type Start = { seconds: number; cpuSeconds: number; idleMb: number };

const rounds = 7;
/** After this, what the start left to be collected is collected, and nothing more is loaded. */
const idleMs = 3000;

const programs = {
  bundle: join(root, 'server/dist/main.js'),
  source: join(root, 'server/src/main.ts'),
};

const gates = [
  { name: 'cold start of the bundle, s', goal: 0.8, limit: 1.3, of: 'seconds' },
  { name: 'idle memory of the bundle, MB', goal: 100, limit: 130, of: 'idleMb' },
] as const;

/**
 * How long the program takes from its command to its first response, and what memory it has when it is idle: medians, on a data
 * folder that is there, on SQLite. The first start of each fills the cache of compiled code and does not count.
 */
export async function benchStart(
  say: (line: string) => void,
): Promise<{ table: string; gates: GateResult[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rookery-start-'));
  const lines = ['| program | s to the first response | CPU s | idle MB |', '|---|---:|---:|---:|'];
  const results: GateResult[] = [];
  try {
    for (const [name, file] of Object.entries(programs)) {
      if (!existsSync(file)) throw new Error(`${file} is not there. Run: npm run build`);
      say(name);
      const typical = medians(await startsOf(file, dataDir));
      const { seconds, cpuSeconds, idleMb } = typical;
      lines.push(
        `| ${name} | ${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${idleMb.toFixed(0)} |`,
      );
      if (name !== 'bundle') continue;
      for (const gate of gates) results.push(resultOf(gate, typical[gate.of]));
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return { table: lines.join('\n'), gates: results };
}

async function startsOf(file: string, dataDir: string): Promise<Start[]> {
  await start(file, dataDir);
  const starts: Start[] = [];
  for (let round = 0; round < rounds; round += 1) starts.push(await start(file, dataDir));
  return starts;
}

async function start(file: string, dataDir: string): Promise<Start> {
  const begun = performance.now();
  const server = await startChild([file, 'start'], {
    DATA_DIR: dataDir,
    PORT: '0',
    HOST: '127.0.0.1',
    NODE_COMPILE_CACHE: join(dataDir, 'compiled'),
  });
  try {
    await fetch(`http://127.0.0.1:${server.address.port}/healthz`);
    const seconds = (performance.now() - begun) / 1000;
    const cpuSeconds = (cpuMicroseconds(server.pid) ?? 0) / 1e6;
    await sleep(idleMs);
    return { seconds, cpuSeconds, idleMb: residentMb(server.pid) };
  } finally {
    await server.stop();
  }
}

/** NaN where there is no /proc. */
function residentMb(pid: number): number {
  const file = `/proc/${pid}/status`;
  const kb = existsSync(file)
    ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]
    : undefined;
  return Number(kb) / 1024;
}

function medians(starts: readonly Start[]): Start {
  const median = (of: keyof Start) =>
    starts.map((it) => it[of]).sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? Number.NaN;
  return {
    seconds: median('seconds'),
    cpuSeconds: median('cpuSeconds'),
    idleMb: median('idleMb'),
  };
}
