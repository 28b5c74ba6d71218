import type { IncomingMessage } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** How busy this process is. */
export type Load = {
  /** How late the event loop gets to what is due, in ms. */
  delayMs: number;
  /** Requests that have come completely and are not answered yet: now and, about, during the last second. A burst is no load. */
  inFlight: number;
  /** How long reads took lately, in ms; they are quick unless they wait for others. */
  readMs: number;
};

export type LoadMeter = {
  start(): void;
  stop(): void;
  read(): Load;
};

const sampleMs = 250;
const resolutionMs = 10;
/** How much of the past each sample replaces: about a second back counts. */
const weight = 0.4;

const left = Symbol('left');
type Counted = FastifyReply & { [left]?: () => void };

function isBodyAwaited({ headers, complete }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Measures the load of a server; the delay from `start` on. */
export function loadMeter(server: FastifyInstance): LoadMeter {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  let delayMs = 0;
  let timer: NodeJS.Timeout | undefined;

  let inFlight = 0;
  let lately = 0;
  let readMs = 0;
  let reads = { count: 0, totalMs: 0 };

  server.addHook('onRequest', ({ raw, method }, reply, done) => {
    const since = performance.now();
    let isCounted = false;
    const leave = () => {
      if (!isCounted) return;
      inFlight -= 1;
      // What is refused is always quick.
      if (method === 'GET' && reply.statusCode !== 503) note(performance.now() - since);
      isCounted = false;
    };
    const enter = () => {
      if (reply.raw.headersSent || reply.raw.closed) return;
      isCounted = true;
      inFlight += 1;
    };
    // A body takes as long as its sender likes; nobody here works on it meanwhile.
    if (isBodyAwaited(raw)) raw.once('end', enter);
    else enter();
    // A response that streams is work for the network alone.
    reply.raw.once('close', leave);
    (reply as Counted)[left] = leave;
    done();
  });
  server.addHook('onSend', (_request, reply: Counted, _payload, done) => {
    reply[left]?.();
    done();
  });

  function note(ms: number): void {
    reads.count += 1;
    reads.totalMs += ms;
  }

  function sample(): void {
    // Nothing was measured while the loop stood still; the next sample has it.
    const lateMs = histogram.count === 0 ? 0 : histogram.mean / 1e6 - resolutionMs;
    delayMs += weight * (Math.max(0, lateMs) - delayMs);
    histogram.reset();
    lately += weight * (inFlight - lately);
    const { count, totalMs } = reads;
    readMs += weight * ((count === 0 ? 0 : totalMs / count) - readMs);
    reads = { count: 0, totalMs: 0 };
  }

  return {
    start() {
      histogram.enable();
      timer = setInterval(sample, sampleMs).unref();
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
    read: () => ({ delayMs, inFlight: Math.min(inFlight, lately), readMs }),
  };
}
