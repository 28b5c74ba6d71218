import type { FastifyBaseLogger } from 'fastify';
import type { Bindings, ChildLoggerOptions, Level } from 'pino';
import { hasRequestId } from './log-options.ts';

type Line = [details: object, message?: string];

/** The log of one request. Most requests write nothing, so a logger of its own is made for the first line that is written. */
export class RequestLog {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  #own: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): FastifyBaseLogger['level'] {
    return this.#parent.level;
  }

  trace(...line: Line): void {
    this.#write('trace', line);
  }

  debug(...line: Line): void {
    this.#write('debug', line);
  }

  info(...line: Line): void {
    this.#write('info', line);
  }

  warn(...line: Line): void {
    this.#write('warn', line);
  }

  error(...line: Line): void {
    this.#write('error', line);
  }

  fatal(...line: Line): void {
    this.#write('fatal', line);
  }

  silent(): void {}

  child(bindings: Bindings, options?: ChildLoggerOptions): FastifyBaseLogger {
    return this.#logger().child(bindings, options);
  }

  #write(level: Level, line: Line): void {
    // A logger that is off has the same function for every level.
    if (this.#parent[level] !== this.#parent.silent) this.#logger()[level](...line);
  }

  #logger(): FastifyBaseLogger {
    this.#own ??= Object.assign(this.#parent.child(this.#bindings), { [hasRequestId]: true });
    return this.#own;
  }
}
