import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { programFile } from './program.ts';

/** A command of the program in a process of its own. */
export type Running = {
  process: ChildProcess;
  /** Standard output and error so far. */
  output(): string;
  /** Resolves with the match once the output shows it. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and resolves with the exit code when the process has ended; null for one that was killed. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

export function run(args: readonly string[], environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [programFile, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      child.emit('output');
    });

  return {
    process: child,
    output: () => output,
    async shows(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`It ended before it showed ${pattern}:\n${output}`);
        await Promise.race([once(child, 'output'), ended]);
      }
    },
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** Ids of the processes that a command has started and that still run. */
export function childrenOf({ process: { pid } }: Running): number[] {
  const list = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return list.trim().split('\n').map(Number);
}
