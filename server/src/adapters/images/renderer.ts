import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { minuteMs } from '../../domain/durations.ts';
import { DomainError, type ErrorCode } from '../../domain/errors.ts';
import type { ImageVariants } from '../../domain/ports.ts';
import { type Limits, largePool, pictureMaking } from './making.ts';
import type { Input } from './opening.ts';

type Order = { picture: Input; keepsFormat: boolean; limits: Limits };
type Request = { id: number; order: Order };
type Answer = { id: number } & ({ made: ImageVariants } | { refusal: Refusal } | { fault: string });
type Refusal = { code: ErrorCode; message: string; retryAfterSeconds: number | null };
type Waiting = { resolve: (made: ImageVariants) => void; reject: (error: unknown) => void };
/** `limitMs`: how long one picture may take; default: ten minutes. */
type Making = { limitMs?: number };

/** Tells what this file is to do where it is the first of a process. */
const mark = 'rookery: make sizes of pictures';
/** How long the process stays without work: to start it takes a quarter of a second. */
const idleMs = 30_000;
/** Far more than the largest picture takes on a busy machine: what takes longer hangs, and would hold the places of all others. */
const usualLimitMs = 10 * minuteMs;

/** Of the process, as for `nice`: beside a busy thread of the server it gets a quarter of a core, and never nothing. */
const priority = 5;

const waiting = new Map<number, Waiting>();
let renderer: ChildProcess | undefined;
let idleTimer: NodeJS.Timeout | undefined;
let lastId = 0;

/**
 * Makes the sizes of a picture in a process of its own, which all of this process share: it gives way to the server, its
 * decoders share neither memory nor secrets with the server, and what they take is given back when it ends.
 * @throws DomainError as `pictureMaking` · Error when the process ended: the picture was too much for it, or another was
 */
export function makeApart(
  order: Order,
  { limitMs = usualLimitMs }: Making = {},
): Promise<ImageVariants> {
  const child = (renderer ??= startRenderer());
  clearTimeout(idleTimer);
  // The program may end while it is idle, but not while it works.
  child.ref();
  child.channel?.ref();
  lastId += 1;
  const request: Request = { id: lastId, order };
  // Its end ends all that it works on.
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  return new Promise<ImageVariants>((resolve, reject) => {
    waiting.set(request.id, { resolve, reject });
    child.send(request, (error) => error && settle(request.id, ({ reject: fail }) => fail(error)));
  }).finally(() => clearTimeout(limit));
}

function startRenderer(): ChildProcess {
  const child = fork(fileURLToPath(import.meta.url), [mark], {
    // Neither flags of the program nor its environment are for it: that has secrets.
    execArgv: [],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (answer: Answer) => settle(answer.id, (one) => take(answer, one)));
  child.on('error', (error) => lose(child, error));
  child.on('exit', () => lose(child, new Error('The process that makes sizes has ended.')));
  return child;
}

function take(answer: Answer, { resolve, reject }: Waiting): void {
  if ('made' in answer) return resolve(answer.made);
  if ('fault' in answer) return reject(new Error(answer.fault));
  const { code, message, retryAfterSeconds } = answer.refusal;
  reject(new DomainError(code, message, retryAfterSeconds === null ? {} : { retryAfterSeconds }));
}

function settle(id: number, end: (one: Waiting) => void): void {
  const one = waiting.get(id);
  waiting.delete(id);
  if (one) end(one);
  if (waiting.size === 0) rest();
}

/** A renderer that is gone takes what it was working on along; the next picture starts another. */
function lose(child: ChildProcess, error: Error): void {
  if (renderer !== child) return;
  renderer = undefined;
  for (const id of waiting.keys()) settle(id, ({ reject }) => reject(error));
}

function rest(): void {
  const child = renderer;
  if (!child) return;
  child.unref();
  child.channel?.unref();
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => {
    if (renderer === child) renderer = undefined;
    child.disconnect();
  }, idleMs);
  idleTimer.unref();
}

/** What the process does: it serves until its parent leaves it, and outlives signals to both, so that no picture is cut short. */
function serve(): void {
  yieldToOthers();
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  let making: ReturnType<typeof pictureMaking> | undefined;
  process.on('message', ({ id, order: { picture, keepsFormat, limits } }: Request) => {
    making ??= pictureMaking(limits, largePool());
    const answer = (said: Answer) => void process.send?.(said);
    making(picture, { owner: '', keepsFormat }).then(
      (made) => answer({ id, made }),
      (error: unknown) => answer({ id, ...told(error) }),
    );
  });
}

function told(error: unknown): { refusal: Refusal } | { fault: string } {
  if (!(error instanceof DomainError)) return { fault: String(error) };
  const { code, message, retryAfterSeconds = null } = error;
  return { refusal: { code, message, retryAfterSeconds } };
}

/** Before the first thread for decoding begins, for it takes the priority over. */
function yieldToOthers(): void {
  try {
    setPriority(priority);
  } catch {
    // Some systems forbid it; the pool gives way all the same.
  }
}

if (process.argv[2] === mark && process.send) serve();
