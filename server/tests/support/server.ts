import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { argon2Hasher } from '../../src/adapters/passwords/argon2.ts';
import { type App, openApp } from '../../src/app/app.ts';
import { type Config, readConfig } from '../../src/app/config.ts';
import { buildHttp, type Http, type HttpOptions } from '../../src/app/http.ts';
import { people } from '../../src/app/seed/people.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { type Clock, stoppedClock } from './clock.ts';
import { emptyDatabase } from './databases.ts';
import { lendHttp, testLog } from './shared-http.ts';

export type Person = (typeof people)[number]['username'];

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export type Sent = { as?: Person | undefined; body?: unknown; headers?: Record<string, string> };

export type Answer = {
  status: number;
  headers: Record<string, string>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  body: any;
  bytes: Buffer;
};

export type Tokens = { accessToken: string; refreshToken: string; sessionId: number };

export type TestServer = {
  app: App;
  http: Http;
  clock: Clock;
  dataDir: string;
  /** Lines that were logged. */
  logged: string[];
  send(method: Method, path: string, sent?: Sent): Promise<Answer>;
  /** Signs one of the people in, up first if need be. Kept, so that `as` uses the same session. */
  tokens(person: Person): Promise<Tokens>;
  /** Lets the next `as` sign the person in anew. */
  forget(person: Person): void;
  upload(as: Person, file: Uint8Array, more?: UploadOptions): Promise<Answer>;
  /** Runs all jobs that are due. */
  work(): Promise<void>;
  /** Listens on a free port, for tests that speak real HTTP, and returns the address; once. */
  listen(): Promise<string>;
  close(): Promise<void>;
};

export type UploadOptions = {
  alt?: string;
  filename?: string;
  path?: string;
  method?: 'POST' | 'PUT';
  headers?: Record<string, string>;
};

export type ServerOptions = {
  environment?: Record<string, string>;
  config?: Partial<Config>;
  /** Of a server for this test alone. */
  http?: HttpOptions;
  /** Hashes at full cost; for tests of just that. */
  hasRealPasswords?: boolean;
  /** Which contracts are served; to mount all of them takes twice as long. Default: `/v2` alone. */
  contracts?: 'all' | 'v2';
  /** Of what `logged` holds. Default: `info`. */
  logLevel?: 'debug' | 'info';
};

const cheapPasswords = argon2Hasher({
  concurrency: 4,
  cost: { memoryCost: 64, timeCost: 1, parallelism: 1 },
});

/** By name, as the seed sets them. */
export const passwords = Object.fromEntries(
  people.map(({ username, password }) => [username, password]),
) as Record<Person, string>;

const testSecret = '4f0c6d1be2a97385f1c0b6d47a92e38c';

/** The whole program on an empty database and files in a temporary folder; it is noon on 1 June 2026. */
export async function testServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rookery-test-'));
  const logged: string[] = [];
  const level = options.logLevel ?? 'info';
  const log = testLog(level, (line) => void logged.push(line));
  const clock = stoppedClock();
  const own = options.environment?.DATABASE_URL;
  const database = own ? null : await emptyDatabase(process.env.TEST_DATABASE);
  const environment = {
    ...(database && { DATABASE_URL: database.url }),
    SECRET_KEY: testSecret,
    RATE_LIMITS: 'off',
    ...options.environment,
    DATA_DIR: dataDir,
  };
  const read = readConfig(environment);
  const contracts = options.contracts === 'all' ? read.contracts : ['v2'];
  const config = { ...read, contracts, ...options.config };
  const hashing = options.hasRealPasswords ? {} : { passwords: cheapPasswords };
  const app = await openApp(config, {
    now: clock.now,
    log,
    database: database?.open(),
    ...hashing,
  });
  const closing: Array<() => Promise<void>> = [];
  const http = options.http ? await ownHttp() : await sharedHttp();
  const sessions = new Map<Person, Promise<Tokens>>();

  async function ownHttp(): Promise<Http> {
    const own = await buildHttp(app, { drainMs: 0, ...options.http });
    closing.push(() => own.close());
    return own;
  }

  async function sharedHttp(): Promise<Http> {
    const lent = await lendHttp(app, level, (line) => void logged.push(line));
    closing.push(() => lent.giveBack());
    return lent.http;
  }

  async function send(method: Method, path: string, sent: Sent = {}): Promise<Answer> {
    const headers = { ...sent.headers };
    if (sent.as) headers.authorization ??= `Bearer ${(await tokens(sent.as)).accessToken}`;
    const injected: InjectOptions = { method, url: path, headers };
    if (sent.body !== undefined) {
      injected.payload = sent.body as string | object;
      if (typeof sent.body === 'string') headers['content-type'] ??= 'application/json';
    }
    return answerOf(await http.server.inject(injected));
  }

  function tokens(person: Person): Promise<Tokens> {
    const known = sessions.get(person) ?? signIn(person);
    sessions.set(person, known);
    return known;
  }

  /** As an operator does, so that no mail waits to be sent. */
  function makeAccount(person: Person) {
    return app.services.accounts.create({
      username: person,
      password: passwords[person],
      email: `${person}@example.com`,
      displayName: null,
      idempotencyKey: null,
    });
  }

  async function signIn(person: Person): Promise<Tokens> {
    const password = passwords[person];
    await makeAccount(person).catch(unlessTaken);
    const { status, body } = await send('POST', '/v2/sessions', {
      body: { login: person, password },
    });
    if (status !== 201) throw new Error(`${person} could not sign in: ${JSON.stringify(body)}`);
    return body;
  }

  return {
    app,
    http,
    clock,
    dataDir,
    logged,
    send,
    tokens,
    forget: (person) => void sessions.delete(person),
    upload(as, file, { path = '/v2/media', method = 'POST', headers = {}, ...form } = {}) {
      const { payload, contentType } = formOf(file, form);
      return send(method, path, {
        as,
        body: payload,
        headers: { ...headers, 'content-type': contentType },
      });
    },
    work: () => app.relay.drain(),
    async listen() {
      const { server } = options.http ? http : await ownHttp();
      return server.listen({ host: '127.0.0.1', port: 0 });
    },
    async close() {
      app.services.live.stop();
      for (const close of closing) await close();
      await app.close();
      database?.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function unlessTaken(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'taken') throw error;
}

type Injected = { statusCode: number; headers: object; rawPayload: Buffer };

function answerOf({ statusCode, headers, rawPayload }: Injected): Answer {
  const plain = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)]));
  const isJson = /json/.test(plain['content-type'] ?? '');
  const text = rawPayload.toString('utf8');
  return {
    status: statusCode,
    headers: plain,
    body: isJson && text !== '' ? JSON.parse(text) : text,
    bytes: rawPayload,
  };
}

function formOf(file: Uint8Array, { alt, filename = 'photo.jpg' }: UploadOptions) {
  const boundary = `----${randomUUID()}`;
  const parts: Uint8Array[] = [];
  if (alt !== undefined) {
    parts.push(
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="alt"\r\n\r\n${alt}\r\n`),
    );
  }
  parts.push(
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  );
  return {
    payload: Buffer.concat(parts),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
