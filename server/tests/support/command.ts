import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { programFile } from './program.ts';

export type Ended = { code: number | null; out: string; err: string };

/** Runs the program as a process of its own, without a terminal, and waits for its end. */
export async function command(
  args: readonly string[],
  environment: Record<string, string> = {},
  { isHeard = true }: { isHeard?: boolean } = {},
): Promise<Ended> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rookery-command-'));
  const child = spawn(process.execPath, [programFile, ...args], {
    env: { DATA_DIR: dataDir, SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (!isHeard) child.stdout.destroy();
  const [out, err, [code]] = await Promise.all([
    isHeard ? text(child.stdout) : '',
    text(child.stderr),
    once(child, 'close'),
  ]);
  rmSync(dataDir, { recursive: true });
  return { code, out, err };
}
