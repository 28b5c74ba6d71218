import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { buildHttp, type Http, type HttpOptions } from '../../src/app/http.ts';
import { lendHttp } from './shared-http.ts';
import {
  makeAccount,
  type Person,
  passwords,
  type TestApp,
  type TestAppOptions,
  testApp,
} from './test-app.ts';

export { type Person, passwords };

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export type Sent = { as?: Person | undefined; body?: unknown; headers?: Record<string, string> };

export type Answer = {
  status: number;
  headers: Record<string, string>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  body: any;
  bytes: Buffer;
};

/** A problem without the id of its request, which no two have in common. */
export function problemIn({ body }: Pick<Answer, 'body'>): object {
  const { requestId: _, ...problem } = body;
  return problem;
}

export type Tokens = { accessToken: string; refreshToken: string; sessionId: number };

export type TestServer = TestApp & {
  http: Http;
  send(method: Method, path: string, sent?: Sent): Promise<Answer>;
  /** Signs one of the people in, up first if need be. Kept, so that `as` uses the same session. */
  tokens(person: Person): Promise<Tokens>;
  /** Lets the next `as` sign the person in anew. */
  forget(person: Person): void;
  upload(as: Person, file: Uint8Array, more?: UploadOptions): Promise<Answer>;
  /** Listens on a free port, for tests that speak real HTTP, and returns the address; once. */
  listen(): Promise<string>;
};

export type UploadOptions = {
  alt?: string;
  /** Of the part that holds the file; default: `file`. */
  name?: string;
  filename?: string;
  path?: string;
  method?: 'POST' | 'PUT';
  headers?: Record<string, string>;
};

export type ServerOptions = TestAppOptions & {
  /** Of a server for this test alone. */
  http?: HttpOptions;
};

/** The program of `testApp`, and the HTTP server before it. */
export async function testServer(options: ServerOptions = {}): Promise<TestServer> {
  const base = await testApp(options);
  const { app, logged } = base;
  const closing: Array<() => Promise<void>> = [];
  const http = options.http ? await ownHttp() : await sharedHttp();
  const sessions = new Map<Person, Promise<Tokens>>();

  async function ownHttp(): Promise<Http> {
    const own = await buildHttp(app, { drainMs: 0, ...options.http });
    closing.push(() => own.close());
    return own;
  }

  async function sharedHttp(): Promise<Http> {
    const lent = await lendHttp(app, options.logLevel ?? 'info', (line) => void logged.push(line));
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

  async function signIn(person: Person): Promise<Tokens> {
    const password = passwords[person];
    await makeAccount(app, person);
    const { status, body } = await send('POST', '/v2/sessions', {
      body: { login: person, password },
    });
    if (status !== 201) throw new Error(`${person} could not sign in: ${JSON.stringify(body)}`);
    return body;
  }

  return {
    ...base,
    http,
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
    async listen() {
      const { server } = options.http ? http : await ownHttp();
      return server.listen({ host: '127.0.0.1', port: 0 });
    },
    async close() {
      app.services.live.stop();
      for (const close of closing) await close();
      await base.close();
    },
  };
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

function formOf(file: Uint8Array, { alt, name = 'file', filename = 'photo.jpg' }: UploadOptions) {
  const boundary = `----${randomUUID()}`;
  const parts: Uint8Array[] = [];
  if (alt !== undefined) {
    parts.push(
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="alt"\r\n\r\n${alt}\r\n`),
    );
  }
  parts.push(
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  );
  return {
    payload: Buffer.concat(parts),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
