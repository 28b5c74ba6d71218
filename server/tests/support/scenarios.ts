import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  type Person,
  type ServerOptions,
  type TestServer,
  testServer,
} from './server.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** A contract test as a row; `{name}` in a path stands for a value that `given` made. */
export type Scenario = {
  name: string;
  /** Makes what must be there before. */
  given?: (server: TestServer) => Promise<Record<string, string | number> | void>;
  as?: Person;
  send: [method: Method, path: string, body?: unknown];
  headers?: Record<string, string>;
  /** Status, and what the body must contain. */
  expect: [status: number, body?: unknown];
  /** Headers that must be there, in lower case. */
  expectHeaders?: Record<string, unknown>;
  /** What must be true after. */
  after?: (server: TestServer, answer: Answer) => Promise<void>;
};

/** Runs each row on a server of its own. */
export function scenarios(
  title: string,
  rows: readonly Scenario[],
  options: ServerOptions = {},
): void {
  describe(title, () => {
    let server: TestServer;

    beforeEach(async () => {
      server = await testServer(options);
    });

    afterEach(() => server.close());

    for (const row of rows) it(row.name, () => runRow(server, row));
  });
}

/** Runs all rows on one server: for requests that are refused, and so leave nothing for the next. */
export function refusals(
  title: string,
  rows: readonly Scenario[],
  options: ServerOptions = {},
): void {
  describe(title, () => {
    let server: TestServer;

    beforeAll(async () => {
      server = await testServer(options);
    });

    afterAll(() => server.close());

    for (const row of rows) it(row.name, () => runRow(server, row));
  });
}

async function runRow(server: TestServer, row: Scenario): Promise<void> {
  const values = (await row.given?.(server)) ?? {};
  const [method, path, body] = row.send;
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  const answer = await server.send(method, fill(path), {
    as: row.as,
    body: body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)), numberOf),
    headers: row.headers ?? {},
  });

  expect(answer.status, JSON.stringify(answer.body)).toBe(row.expect[0]);
  if (row.expect[1] !== undefined) expect(answer.body).toMatchObject(row.expect[1] as object);
  expect(answer.headers).toMatchObject(row.expectHeaders ?? {});
  await row.after?.(server, answer);
}

/** `"{media}"` in a body becomes the number that it stands for. */
function numberOf(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^#\d+$/.test(value) ? Number(value.slice(1)) : value;
}
