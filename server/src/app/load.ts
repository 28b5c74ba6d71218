import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasBody, isUpload } from '../contracts/body-limits.ts';

/** How busy this process is. */
export type Load = {
  /** How late the event loop gets to what is due, in ms. */
  delayMs: number;
  /** Requests that arrived completely and are not answered yet. Uploads are not counted: their pools limit themselves. */
  inFlight: number;
  /** How long it takes to answer those in flight, in ms, at the pace of the last second with enough to do (Little's law). */
  waitMs: number;
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
/** With fewer in flight, responses tell how much is asked, not how much can be done. */
const enoughToDo = 12;
/** Answers per second, before any second had enough to do. */
const firstPace = 600;

const left = Symbol('left');
type Counted = FastifyReply & { [left]?: () => void };

/** Measures the load of a server; the delay from `start` on. @param smallBodyBytes what a body has at most that is no upload */
export function loadMeter(server: FastifyInstance, smallBodyBytes: number): LoadMeter {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  let delayMs = 0;
  let timer: NodeJS.Timeout | undefined;

  let inFlight = 0;
  let answered = 0;
  const pace = measuredPace();

  server.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    // Dozens that wait for one slow picture each say nothing about how long a read would take.
    if (isUpload(request, smallBodyBytes)) return done();
    let isCounted = false;
    const leave = () => {
      if (!isCounted) return;
      inFlight -= 1;
      // What is refused is always quick.
      if (reply.statusCode !== 503) answered += 1;
      isCounted = false;
    };
    const enter = () => {
      if (reply.raw.headersSent || reply.raw.closed) return;
      isCounted = true;
      inFlight += 1;
    };
    // A body takes as long as its sender likes; nobody here works on it meanwhile.
    if (!raw.complete && hasBody(raw)) raw.once('end', enter);
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

  function sample(): void {
    // Nothing was measured while the loop stood still; the next sample has it.
    const lateMs = histogram.count === 0 ? 0 : histogram.mean / 1e6 - resolutionMs;
    delayMs += weight * (Math.max(0, lateMs) - delayMs);
    histogram.reset();
    pace.note(answered, inFlight);
    answered = 0;
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
    read: () => ({ delayMs, inFlight, waitMs: pace.waitMs(inFlight) }),
  };
}

/** How many requests can be answered in a second: measured while more wait, and never less than what was answered otherwise. */
export function measuredPace() {
  let perSecond = firstPace;
  let since = performance.now();
  let wasBusy = false;

  return {
    /** Notes what was answered since the last call, and how many are in flight now. */
    note(answered: number, inFlight: number): void {
      const now = performance.now();
      const measured = (answered * 1000) / Math.max(1, now - since);
      const isBusy = inFlight >= enoughToDo;
      if ((isBusy && wasBusy) || measured > perSecond) perSecond += weight * (measured - perSecond);
      since = now;
      wasBusy = isBusy;
    },
    waitMs: (inFlight: number) => (inFlight * 1000) / Math.max(1, perSecond),
  };
}
