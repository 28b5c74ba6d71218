import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Archive } from '../domain/ports.ts';
import { BackupInUse } from './backup-error.ts';
import { oneChunk } from './manifest.ts';

const name = 'lease.json';
const renewEveryMs = 20_000;
const lifeMs = 120_000;
/** Of two who come at once, the one who writes last gets it; the other sees that after this. */
const settleMs = 250;

type Lease = { token: string; host: string; pid: number; renewedAt: string };

/**
 * Runs `work` while nobody else writes to the archive. A process that was killed loses its lease: at once for others on the
 * same machine, after two minutes elsewhere.
 * @throws BackupInUse when another process has it
 */
export async function withLease<T>(archive: Archive, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  const other = await findLease(archive);
  if (other && isAlive(other)) throw inUse(archive, other);
  await write(archive, token);
  await sleep(settleMs);
  const winner = await findLease(archive);
  if (winner && winner.token !== token) throw inUse(archive, winner);
  let renewing: Promise<void> = Promise.resolve();
  const renewal = setInterval(() => {
    renewing = write(archive, token).catch(() => {});
  }, renewEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await renewing;
    await archive.delete(name);
  }
}

async function findLease(archive: Archive): Promise<Lease | null> {
  const stream = await archive.open(name);
  if (!stream) return null;
  try {
    return JSON.parse(Buffer.concat(await stream.toArray()).toString('utf8')) as Lease;
  } catch {
    return null;
  }
}

async function write(archive: Archive, token: string): Promise<void> {
  const renewedAt = new Date().toISOString();
  const lease: Lease = { token, host: hostname(), pid: process.pid, renewedAt };
  await (await archive.stage(oneChunk(JSON.stringify(lease)))).keep(name);
}

function isAlive({ host, pid, renewedAt }: Lease): boolean {
  if (Date.now() - Date.parse(renewedAt) > lifeMs) return false;
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function inUse(archive: Archive, { host, pid }: Lease): BackupInUse {
  return new BackupInUse(
    `${archive.place} is in use by process ${pid} on ${host}. Wait until it is done; if it is gone, two minutes.`,
  );
}
