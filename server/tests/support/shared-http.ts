import type { InjectOptions } from 'fastify';
import pino, { type Logger } from 'pino';
import { buildHttp, type Http } from '../../src/app/http.ts';
import type { HttpConfig, HttpNeeds } from '../../src/app/http-needs.ts';
import { logOptions } from '../../src/app/log-options.ts';
import type { Services } from '../../src/contracts/services.ts';

/** Takes one line of the log. */
export type LogSink = (line: string) => void;

/** A server with one program behind it. */
export type LentHttp = {
  http: Http;
  /** Hands the server on to the next test. */
  giveBack(): Promise<void>;
};

type Behind = { app: HttpNeeds; logged: LogSink };

type Shared = { http: Http; behind: Behind; running: number };

const idle = new Map<string, Shared[]>();

/**
 * Lends a built server with this program behind it. A server takes 60 ms to build and compiles a serializer at the first answer
 * of each route, while a program and its database open in a few milliseconds. So each test has its own program, and the tests
 * of one process share the servers. They answer injected requests and never listen.
 * @param level of what is logged
 */
export async function lendHttp(app: HttpNeeds, level: string, logged: LogSink): Promise<LentHttp> {
  const config = httpConfigOf(app.config);
  const key = JSON.stringify([config, level]);
  const shared = idle.get(key)?.pop() ?? (await build({ app, logged }, config, level));
  shared.behind = { app, logged };
  return {
    http: { ...shared.http, listen: refuse, close: refuse },
    async giveBack() {
      // A request that still runs must not meet the next test's program.
      if (shared.running > 0) return shared.http.close();
      idle.set(key, [...(idle.get(key) ?? []), shared]);
    },
  };
}

export function testLog(level: string, logged: LogSink): Logger {
  return pino({ ...logOptions, level }, { write: logged });
}

/** All that changes what is built, and no more: it is the key under which servers are shared. */
function httpConfigOf(config: HttpConfig): HttpConfig {
  const { contracts, hasRateLimits, hasStrictPasswords, http, ...more } = config;
  const { instance, media, serving, tokenLives } = more;
  const limits = { hasRateLimits, hasStrictPasswords };
  return { contracts, ...limits, http, instance, media, serving, tokenLives };
}

async function build(first: Behind, config: HttpConfig, level: string): Promise<Shared> {
  const current = { behind: first, running: 0 };
  const http = await buildHttp({
    config,
    log: testLog(level, (line) => current.behind.logged(line)),
    get database() {
      return current.behind.app.database;
    },
    get dependencies() {
      return current.behind.app.dependencies;
    },
    requestCounters: forwarded(() => current.behind.app.requestCounters),
    services: new Proxy({} as Services, {
      get: (_, noun: keyof Services) => forwarded(() => current.behind.app.services[noun]),
    }),
  });
  countInjected(http, current);
  return Object.assign(current, { http });
}

/** An object whose methods are those of the one that `read` finds at the time of the call. */
function forwarded<T extends object>(read: () => T): T {
  return new Proxy({} as T, {
    get:
      (_, verb) =>
      (...args: unknown[]) => {
        const target = read();
        return Reflect.apply(Reflect.get(target, verb) as () => unknown, target, args);
      },
  });
}

function countInjected({ server }: Http, shared: { running: number }): void {
  const inject = server.inject.bind(server);
  const counted = async (options: InjectOptions) => {
    shared.running += 1;
    try {
      return await inject(options);
    } finally {
      shared.running -= 1;
    }
  };
  server.inject = counted as typeof server.inject;
}

function refuse(): never {
  throw new Error(
    'This server is shared. Ask for `testServer({ http: {} })`, or listen with `listen()`.',
  );
}
