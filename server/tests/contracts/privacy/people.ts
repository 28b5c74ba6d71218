import type { Standing } from '../../../src/domain/visibility/visibility.ts';
import type { Answer, TestServer } from '../../support/server.ts';

const password = 'dunes-at-noon-1';

/** How to sign in at each contract that shows posts, pictures or accounts. */
const signIns = {
  v2: async (server: TestServer, name: string) => {
    const answer = await post(server, '/v2/sessions', { login: name, password });
    return `Bearer ${answer.accessToken}`;
  },
  hmlet: async (server: TestServer, name: string) => {
    const answer = await post(server, '/compat/hmlet/login', { username: name, password });
    return `Bearer ${answer.access_token}`;
  },
  mithril: async (server: TestServer, name: string) => {
    const login = { username: name, password };
    return (await post(server, '/compat/mithril/api/user/login', login)).data.token;
  },
  'mini-sns': async (server: TestServer, name: string) => {
    const login = { email: emailOf(name), password };
    return (await post(server, '/compat/mini-sns/login', login)).access_token;
  },
  'flask-api': async (server: TestServer, name: string) => {
    const login = { username: name, password };
    const answer = await post(server, '/compat/flask-api/api/auth/login', login);
    return `Bearer ${answer.results.access_token}`;
  },
};

export type Contract = keyof typeof signIns;

/** An account, with the `Authorization` header for each contract. */
export type Account = {
  name: string;
  id: number;
  standing: Standing;
  tokens: Record<Contract, string>;
};

export async function anAccount(server: TestServer, name: string): Promise<Account> {
  const { id } = await server.app.services.accounts.create({
    username: name,
    password,
    email: emailOf(name),
    displayName: null,
    idempotencyKey: null,
  });
  return { name, id, standing: 'active', tokens: await tokensOf(server, name) };
}

/** Signs in at every contract. */
export async function tokensOf(server: TestServer, name: string): Promise<Account['tokens']> {
  const tokens: Array<[string, string]> = [];
  for (const [contract, signIn] of Object.entries(signIns)) {
    tokens.push([contract, await signIn(server, name)]);
  }
  return Object.fromEntries(tokens) as Account['tokens'];
}

function emailOf(name: string): string {
  return `${name}@example.com`;
}

async function post(server: TestServer, path: string, body: object) {
  return expectOk(await server.send('POST', path, { body })).body;
}

export function expectOk(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  throw new Error(`refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
}

type Sent = { body?: object; headers?: Record<string, string> };

/** Sends a request with the token of the contract that the path belongs to. */
export function send(
  server: TestServer,
  account: Account | null,
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, headers = {} }: Sent = {},
): Promise<Answer> {
  const contract = (/^\/compat\/([^/]+)\//.exec(path)?.[1] ?? 'v2') as Contract;
  const token = account ? { authorization: account.tokens[contract] } : {};
  return server.send(method, path, { headers: { ...token, ...headers }, body });
}
