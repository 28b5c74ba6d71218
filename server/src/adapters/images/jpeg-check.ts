import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { JpegHeader } from './jpeg-header.ts';
import { checkJpeg } from './jpeg-scan.ts';
import { BrokenJpeg } from './jpeg-tables.ts';

/** `unknown`: no JPEG, or a kind that only the decoder can judge. A header is null where only the decoder can read it. */
export type Verdict = 'unknown' | { broken: string } | { header: JpegHeader | null };

type Order = { path: string; maxPixels: number };

/** Tells what this file is to do where it is the first of a thread. */
const mark = 'rookery: check JPEGs';

const beginningOfJpeg = Buffer.from([0xff, 0xd8, 0xff]);

/** Threads without work, shared by the whole process. They stay, for code that has run for a while is twice as fast. */
const idle: Worker[] = [];

/**
 * Tells in a thread whether a file is a whole JPEG, see `checkJpeg`. The caller bounds how many run at once, and so how many
 * threads there are.
 * @throws Error that says nothing about the file: it was not checked
 */
export function checkJpegFile(path: string, maxPixels: number): Promise<Verdict> {
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
    const order: Order = { path, maxPixels };
    thread.postMessage(order, []);
  });
}

/** Flags of the program are not for it: some cannot be used with a file. */
function newThread(): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { mark }, execArgv: [] });
}

function verdictOn({ path, maxPixels }: Order): Verdict {
  const file = readJpeg(path);
  if (!file) return 'unknown';
  try {
    const whole = checkJpeg(file, maxPixels);
    return whole ?? 'unknown';
  } catch (error) {
    if (error instanceof BrokenJpeg) return { broken: error.message };
    throw error;
  }
}

/** Null when the file does not begin like a JPEG; then no more of it is read. */
function readJpeg(path: string): Buffer | null {
  const file = openSync(path, 'r');
  try {
    const beginning = Buffer.alloc(beginningOfJpeg.length);
    readSync(file, beginning, 0, beginning.length, 0);
    return beginning.equals(beginningOfJpeg) ? readAll(file) : null;
  } finally {
    closeSync(file);
  }
}

/** Of most photos; see `roomFor` in `jpeg-blocks.ts`. */
const usualBytes = 1024 * 1024;
let usual: Buffer | undefined;

function readAll(file: number): Buffer {
  const { size } = fstatSync(file);
  usual ??= Buffer.allocUnsafeSlow(usualBytes);
  const bytes = size <= usualBytes ? usual : Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const read = readSync(file, bytes, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

const given = workerData as { mark?: unknown } | null;
if (!isMainThread && given?.mark === mark) {
  parentPort?.on('message', (order: Order) => parentPort?.postMessage(verdictOn(order), []));
}
