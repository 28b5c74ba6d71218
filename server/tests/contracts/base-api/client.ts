import { type Answer, type Person, passwords, type TestServer } from '../../support/server.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

type Sent = { as?: Person; body?: unknown; headers?: Record<string, string> };

/** A client of the contract, at the root of a server. */
export type BaseClient = {
  send(method: Method, path: string, sent?: Sent): Promise<Answer>;
  /** Registers somebody, whom `as` names from then on. */
  register(person: Person, headers?: Record<string, string>): Promise<void>;
  /** Signs somebody in anew. */
  logIn(person: Person, headers?: Record<string, string>): Promise<Answer>;
  /** What the own account shows. */
  status(person: Person): Promise<Record<string, unknown>>;
};

export function baseClient(server: TestServer): BaseClient {
  const tokens = new Map<Person, string>();

  async function send(method: Method, path: string, { as, body, headers }: Sent = {}) {
    const token = as && tokens.get(as);
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const all = { accept: 'application/json', ...authorization, ...headers };
    return server.send(method, path, { headers: all, body });
  }

  function keep(person: Person, answer: Answer): Answer {
    if (answer.status < 400) tokens.set(person, answer.body.auth_token);
    return answer;
  }

  const emailOf = (person: Person) => `${person}@example.com`;

  return {
    send,
    async register(person, headers = {}) {
      const body = { username: person, email: emailOf(person), password: passwords[person] };
      const answer = await send('POST', '/v1/auth/register', { body, headers });
      if (answer.status !== 201) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
      keep(person, answer);
    },
    async logIn(person, headers = {}) {
      const body = { email: emailOf(person), password: passwords[person] };
      return keep(person, await send('POST', '/v1/auth/login', { body, headers }));
    },
    async status(person) {
      return (await send('GET', '/v1/auth/status', { as: person })).body.data;
    },
  };
}
