import { type Person, people } from '../faults/people.ts';
import { expectations, type Outcome, until } from '../faults/step.ts';
import { aPhoto } from '../support/given.ts';
import { send } from '../support/process.ts';
import type { Stack } from './stack.ts';

type Expect = (what: string, seen: unknown, wanted: unknown) => void;

/** What nginx adds: it keeps public pictures, drops claimed addresses, answers in the form of /v2, and delays no event. */
export async function edge(stack: Stack): Promise<Outcome> {
  const { expect, problems } = expectations();
  const [alice] = (await people(stack.url, 'edge', 1)) as [Person];
  await pictures(stack, alice, expect);
  await headers(stack, alice, expect);
  await ownAnswers(stack, expect);
  await events(stack, alice, expect);
  return {
    figures: 'pictures kept, ranges cut, drafts not kept, headers once, events at once',
    problems,
  };
}

async function pictures({ url, nginx }: Stack, { token }: Person, expect: Expect): Promise<void> {
  const form = new FormData();
  form.append('file', new Blob([await aPhoto()]), 'dune.jpg');
  const { body: media } = await send(`${url}/v2/media`, 'POST', { token, body: form });
  const isReady = async () =>
    (await send(`${url}/v2/media/${media.id}`, 'GET', { token })).body.state === 'ready';
  expect('the picture is ready', await until(isReady, 60), true);
  const draft = { text: '', mediaIds: [media.id], state: 'draft' };
  const { body: post } = await send(`${url}/v2/posts`, 'POST', { token, body: draft });
  const signed: string = post.media[0].images[0].url;
  expect('a draft by its signed address', await twice(signed, nginx), [200, 200, 'asked', 'asked']);
  expect('a draft for others', await twice(plain(signed), nginx), [404, 404, 'asked', 'asked']);

  await send(`${url}/v2/posts/${post.id}/publish`, 'POST', { token });
  const { body: published } = await send(`${url}/v2/posts/${post.id}`, 'GET', { token });
  const image = published.media[0].images[0];
  expect('a published picture', await twice(image.url, nginx), [200, 200, 'asked', 'kept']);
  const part = await send(image.url, 'GET', { headers: { range: 'bytes=100-199' } });
  expect(
    'a range',
    [part.status, part.bytes.length, part.headers['content-range']],
    [206, 100, `bytes 100-199/${image.bytes}`],
  );
  const known = { 'if-none-match': part.headers.etag ?? '' };
  expect('a known one', (await send(image.url, 'GET', { headers: known })).status, 304);
}

/** The statuses of two requests, and whether the server was asked each time. */
async function twice(address: string, nginx: Stack['nginx']): Promise<unknown[]> {
  const statuses: number[] = [];
  for (let i = 0; i < 2; i += 1) statuses.push((await send(address, 'GET')).status);
  const { pathname } = new URL(address);
  const isLogged = (line: string) => line.includes(`GET ${pathname}`);
  const lines = () => nginx.log('access').split('\n').filter(isLogged).slice(-2);
  await until(async () => lines().length === 2, 10);
  return [...statuses, ...lines().map((line) => (line.endsWith(' - -') ? 'kept' : 'asked'))];
}

function plain(address: string): string {
  const url = new URL(address);
  url.search = '';
  return url.href;
}

async function headers({ url, nginx }: Stack, { token, name }: Person, expect: Expect) {
  const claimed = { 'x-forwarded-for': '192.0.2.7' };
  const password = { login: name, password: 'alice-likes-dunes' };
  const login = await send(`${url}/v2/sessions`, 'POST', { headers: claimed, body: password });
  expect('nosniff', login.headers['x-content-type-options'], 'nosniff');
  expect('frames', login.headers['x-frame-options'], 'DENY');
  const { body } = await send(`${url}/v2/me/audit-log`, 'GET', { token });
  expect('a claimed address in the audit log', JSON.stringify(body).includes('192.0.2.7'), false);
  await send(`${url}/v1/email_verification/abcdef?token=ghijkl`, 'GET');
  const isLogged = async () => nginx.log('access').includes('email_verification/...');
  expect('the link is in the log', await until(isLogged, 10), true);
  expect('its secrets are', /abcdef|ghijkl|signature=/.test(nginx.log('access')), false);
}

async function ownAnswers({ url }: Stack, expect: Expect): Promise<void> {
  const response = await fetch(`${url}/v2/media`, { method: 'POST', body: Buffer.alloc(28e6) });
  const problem = (await response.json()) as { code: string };
  expect('a body that is too large for all', [response.status, problem.code], [413, 'too_large']);
}

async function events({ url }: Stack, { token }: Person, expect: Expect): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const ending = new AbortController();
  const response = await fetch(`${url}/v2/events`, { headers, signal: ending.signal });
  const first = await response.body?.getReader().read();
  expect('the first bytes of a stream', [response.status, first?.done], [200, false]);
  ending.abort();
}
