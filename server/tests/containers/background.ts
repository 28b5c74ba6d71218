import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that runs until it is told to end. */
export type Background = {
  output(): string;
  /** Ends it and everything it started. */
  end(): Promise<void>;
};

type Options = { cwd?: string; environment?: Record<string, string> };

/** Starts a program in a process group of its own. */
export function start(file: string, args: readonly string[], options: Options = {}): Background {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return {
    output: () => output,
    async end() {
      if (child.exitCode === null && child.signalCode === null && child.pid) {
        process.kill(-child.pid, 'SIGTERM');
      }
      await closed;
    },
  };
}
