import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type TestServer, testServer } from './server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A client of an older contract, at the root or below its mount. */
export type Client = {
  server: TestServer;
  /** What a value that `given` made stands for: `{tweet}` in paths, bodies and headers. */
  values: Record<string, string | number>;
  send(method: Method, path: string, sent?: Sent): Promise<Answer>;
};

export type Sent = { token?: string; body?: unknown; headers?: Record<string, string> };

export type OlderScenario = {
  name: string;
  /** Makes what must be there before, and names what it made. */
  given?: (client: Client) => Promise<Record<string, string | number> | void>;
  /** `{alice}`: the token that `given` or the table's `people` made. */
  token?: string;
  send: [method: Method, path: string, body?: unknown];
  headers?: Record<string, string>;
  /** Status and body; a text is compared whole, an object for what it contains. */
  expect: [status: number, body?: unknown];
  expectHeaders?: Record<string, string>;
  after?: (client: Client, answer: Answer) => Promise<void>;
};

type Table = {
  contract: string;
  /** Runs once on each server; makes people and their tokens. */
  people: (client: Client) => Promise<Record<string, string | number>>;
  rows: readonly OlderScenario[];
};

/** Runs the rows at the root and below the mount, each time in order on one server. */
export function olderScenarios({ contract, people, rows }: Table): void {
  for (const mount of ['', `/compat/${contract}`]) {
    describe(`${contract} at ${mount === '' ? 'the root' : mount}`, () => {
      let client: Client;

      beforeAll(async () => {
        client = clientOf(await testServer({ contracts: 'all' }), mount);
        Object.assign(client.values, await people(client));
      });

      afterAll(() => client.server.close());

      for (const row of rows) it(row.name, () => runRow(client, row));
    });
  }
}

/** A client that sends JSON, and a form where the body is one. */
function clientOf(server: TestServer, mount: string): Client {
  return {
    server,
    values: {},
    send(method, path, { token, body, headers = {} } = {}) {
      const all = { ...(token === undefined ? {} : { authorization: token }), ...headers };
      return server.send(method, `${mount}${path}`, { headers: all, body });
    },
  };
}

async function runRow(client: Client, row: OlderScenario): Promise<void> {
  Object.assign(client.values, await row.given?.(client));
  const fill = <T>(value: T): T => filled(value, client.values);
  const [method, path, body] = row.send;
  const [status, expected] = row.expect;
  const answer = await client.send(method, fill(path), {
    ...(row.token === undefined ? {} : { token: fill(row.token) }),
    body: fill(body),
    headers: fill(row.headers ?? {}),
  });

  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status,
    ...(expected === undefined ? {} : { body: fill(expected) }),
  });
  expect(answer.headers).toMatchObject(fill(row.expectHeaders ?? {}));
  await row.after?.(client, answer);
}

/** Puts values in the place of `{name}`; a text that is nothing else becomes the value itself. */
function filled<T>(value: T, values: Record<string, string | number>): T {
  if (typeof value === 'string') {
    const whole = /^\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined && whole in values) return values[whole] as T;
    return value.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) as T;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, values)) as T;
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, filled(item, values)]);
  return Object.fromEntries(entries) as T;
}

/** Bytes and matchers stay what they are. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}
