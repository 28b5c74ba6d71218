import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSet, mainFileOf, type Program, type RunSet, type SetOptions } from './cached-set.ts';
import { databaseCpu } from './database-cpu.ts';
import { type LoadNeeds, loadNeeds } from './load-needs.ts';
import { type Child, startChild } from './processes.ts';
import { serverSet } from './server-set.ts';

/** A running server with its own copy of the set. */
export type Subject = {
  server: Child;
  set: RunSet;
  needs: LoadNeeds;
  /** Ends the server and removes its copy. */
  stop(): Promise<void>;
};

type ServerOptions = {
  /** `sqlite`, or the address of a database server. */
  database: string;
  /** A folder for the server's CPU profile. */
  profile?: string | undefined;
};

/** Makes a copy of the set and starts a version of the program on it. */
export async function startSubject(
  options: SetOptions,
  { database, profile }: ServerOptions,
): Promise<Subject> {
  const set = await (database === 'sqlite' ? fileSet(options) : serverSet(database, options));
  try {
    const child = await startServer(options.program, set, profile);
    const cpu = database === 'sqlite' ? null : databaseCpu(set.databaseUrl);
    const server = cpu ? { ...child, databaseMicroseconds: () => cpu.read() } : child;
    const stop = async () => {
      await cpu?.close();
      await child.stop();
      await set.remove();
    };
    const needs = loadNeeds(server.address, options.size, set);
    return { server, set, needs, stop };
  } catch (error) {
    await set.remove();
    throw error;
  }
}

function startServer(
  program: Program,
  { dataDir, databaseUrl, secret }: RunSet,
  profile?: string,
): Promise<Child> {
  const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  return startChild([...profiling, mainFileOf(program), 'start'], {
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    SECRET_KEY: secret,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: '',
    ROOKERY_ENV: 'development',
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
  });
}

/** Starts Fastify with a page of a real timeline, so that both send the same bytes. */
export async function startBaseline({ needs, set }: Subject): Promise<Child> {
  const [viewer] = await needs.crowd();
  const file = join(set.dataDir, 'page.json');
  await writeFile(file, await needs.read('/v2/timeline', viewer?.token ?? ''));
  return startChild([join(import.meta.dirname, 'baseline.ts')], { BENCH_PAGE: file });
}
