import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { checkJpeg } from './jpeg-scan.ts';
import { BrokenJpeg } from './jpeg-tables.ts';

/** `unknown`: a kind of JPEG that only the decoder can judge. */
export type Verdict = 'whole' | 'unknown' | { broken: string };

/** Tells what this file is to do where it is the first of a thread. */
const mark = 'rookery: check JPEGs';

/** Threads without work, shared by the whole process. They stay, for code that has run for a while is twice as fast. */
const idle: Worker[] = [];

/**
 * Tells in a thread whether a JPEG file is whole, see `checkJpeg`. The caller bounds how many run at once, and so how many
 * threads there are.
 * @throws Error that says nothing about the file: it was not checked
 */
export function checkJpegFile(path: string): Promise<Verdict> {
  const thread = idle.pop() ?? newThread();
  return new Promise((resolve, reject) => {
    // A program may end while one is idle, but not while it works.
    thread.ref();
    const onExit = () => reject(new Error('The thread that checks JPEGs has ended.'));
    thread.once('message', (verdict: Verdict) => {
      thread.removeListener('error', reject);
      thread.removeListener('exit', onExit);
      thread.unref();
      idle.push(thread);
      resolve(verdict);
    });
    thread.once('error', reject);
    thread.once('exit', onExit);
    thread.postMessage(path, []);
  });
}

/** Flags of the program are not for it: some cannot be used with a file. */
function newThread(): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { mark }, execArgv: [] });
}

function verdictOn(path: string): Verdict {
  try {
    return checkJpeg(readFileSync(path)) ? 'whole' : 'unknown';
  } catch (error) {
    if (error instanceof BrokenJpeg) return { broken: error.message };
    throw error;
  }
}

const given = workerData as { mark?: unknown } | null;
if (!isMainThread && given?.mark === mark) {
  parentPort?.on('message', (path: string) => parentPort?.postMessage(verdictOn(path), []));
}
