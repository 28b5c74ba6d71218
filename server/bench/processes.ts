import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Address } from './connection.ts';

/** A server in a process of its own. */
export type Child = {
  pid: number;
  address: Address;
  /** What its database server has computed for it; absent for a database in the process itself. */
  databaseMicroseconds?: () => Promise<number | null>;
  stop(): Promise<void>;
};

/** Starts a Node program that prints its address, `http://127.0.0.1:PORT`, once it listens. */
export async function startChild(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Child> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await Promise.race([addressOf(child), endOf(child, args)]);
  return {
    pid: child.pid ?? 0,
    address,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Runs a Node program to its end; what it writes to standard error is shown. */
export async function runChild(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<void> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}.`);
}

async function addressOf(child: ChildProcess): Promise<Address> {
  if (!child.stdout) throw new Error('The child has no output.');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return { hostname: '127.0.0.1', port: Number(port) };
  }
  return new Promise(() => {});
}

async function endOf(child: ChildProcess, args: readonly string[]): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`node ${args.join(' ')} ended with ${code} before it listened.`);
}

let microsecondsPerTick: number | undefined;

/**
 * User and system time of a process so far, with all its threads and all that it has started; null where there is no /proc
 * (proc(5), `stat`).
 */
export function cpuMicroseconds(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  const own = microsecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return childrenOf(pid).reduce((sum, child) => sum + (cpuMicroseconds(child) ?? 0), own);
}

/** User and system time in a line of proc(5), `stat`: its own, and that of its children that have ended. */
export function microsecondsOf(stat: string): number {
  microsecondsPerTick ??= 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  // The second field is the program's name in brackets, and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * microsecondsPerTick;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((child) => child.trim() !== '')
      .map(Number),
  );
}
