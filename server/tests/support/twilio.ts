import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort } from './ports.ts';

export type Sent = { to: string; from: string; text: string };

/** Twilio's REST interface on this machine, for one account. */
export type TwilioServer = {
  /** For a program's environment. */
  environment: Record<string, string>;
  /** Messages that were taken, the oldest first. */
  sent: Sent[];
  /** Every request: method and path. */
  asked: string[];
  /** Answers the next requests so, instead of taking them. */
  answerWith(answer: { status: number; code?: number } | 'silence' | null): void;
  stop(): Promise<void>;
  start(): Promise<void>;
};

const sid = 'AC00000000000000000000000000000001';
const token = 'a-token-of-twilio';
const from = '+15005550006';

/** Starts it on a free port. */
export async function twilioServer(): Promise<TwilioServer> {
  const port = await freePort();
  const sent: Sent[] = [];
  const asked: string[] = [];
  let instead: Parameters<TwilioServer['answerWith']>[0] = null;
  const server = createServer((request, response) => {
    void handle(request, response);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    asked.push(`${method} ${url}`);
    const body = await text(request);
    if (instead === 'silence') return;
    const expected = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`;
    if (headers.authorization !== expected) return refuse(response, 401, 20003, 'Authenticate');
    if (instead) return refuse(response, instead.status, instead.code, 'As it was told to');
    const account = `/2010-04-01/Accounts/${sid}`;
    if (method === 'GET' && url === `${account}.json`) return answer(response, 200, { sid });
    if (method !== 'POST' || url !== `${account}/Messages.json`) {
      return refuse(response, 404, 20404, `${url} was not found`);
    }
    const type = headers['content-type'] ?? '';
    if (!type.startsWith('application/x-www-form-urlencoded')) {
      return refuse(response, 400, 21604, "A 'To' phone number is required.");
    }
    take(new URLSearchParams(body), response);
  }

  function take(form: URLSearchParams, response: ServerResponse): void {
    const names = [...form.keys()].sort().join();
    if (names !== 'Body,From,To') return refuse(response, 400, 21604, `Fields: ${names}`);
    const [to, body] = [form.get('To') ?? '', form.get('Body') ?? ''];
    if (!/^\+[1-9]\d{7,14}$/.test(to)) return refuse(response, 400, 21211, `'To' ${to} is wrong`);
    sent.push({ to, from: form.get('From') ?? '', text: body });
    answer(response, 201, { sid: `SM${sent.length}`, status: 'queued', to, from, body });
  }

  function refuse(response: ServerResponse, status: number, code = 0, message = ''): void {
    if (code === 0) return void response.writeHead(status).end('<html>Bad gateway</html>');
    const more_info = `https://www.twilio.com/docs/errors/${code}`;
    answer(response, status, { code, message, more_info, status });
  }

  const start = () =>
    new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', () => resolve()));
  await start();
  const { port: used } = server.address() as AddressInfo;
  return {
    environment: {
      TWILIO_ACCOUNT_SID: sid,
      TWILIO_AUTH_TOKEN: token,
      TWILIO_FROM_NUMBER: from,
      TWILIO_BASE_URL: `http://127.0.0.1:${used}`,
    },
    sent,
    asked,
    answerWith(answer) {
      instead = answer;
    },
    start,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
