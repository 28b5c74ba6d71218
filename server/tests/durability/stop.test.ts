import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../../src/adapters/images/sample-photo.ts';
import { cleanUp, type Program, startProgram, temporaryFolder } from '../support/process.ts';
import { readKept } from './kept.ts';
import { formOf, signUp } from './writers.ts';

const seconds = 1000;

describe('a process that is asked to stop', () => {
  afterEach(cleanUp);

  it('answers every request that was sent, a slow upload included', {
    timeout: 60_000,
  }, async () => {
    const dataDir = temporaryFolder();
    const program = await startProgram({ dataDir });
    const token = await signUp(program, 'alice');
    const clients = [1, 2, 3, 4].map(() => askUntilToldToGo(program, token));
    const upload = uploadSlowly(program, token, { ms: 3 * seconds });
    await sleep(500);

    const exited = program.kill('SIGTERM');
    const answers = (await Promise.all(clients)).flat();
    const uploaded = await upload;
    const answeredAt = Date.now();
    const exit = await exited;

    expect(new Set(answers)).toEqual(new Set([200, 201]));
    expect(answers.length).toBeGreaterThan(5);
    expect(uploaded).toBe(201);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(Date.now() - answeredAt).toBeLessThan(5 * seconds);
  });

  it('answers a client that connected before and sends a request after the listener is closed', {
    timeout: 30_000,
  }, async () => {
    const program = await startProgram({ dataDir: temporaryFolder() });
    const socket = connect(Number(new URL(program.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    const exited = program.kill('SIGTERM');
    await sleep(1500);

    socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const exit = await exited;

    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    expect(exit).toEqual({ code: 0, signal: null });
  });

  it('keeps posts, sessions and jobs for the next start', { timeout: 60_000 }, async () => {
    const dataDir = temporaryFolder();
    const first = await startProgram({ dataDir });
    const token = await signUp(first, 'alice');
    const body = formOf(await samplePhoto(1));
    const media = await first.send('POST', '/v2/media', { token, body });
    const post = { text: 'First light.', mediaIds: [media.body.id] };
    await first.send('POST', '/v2/posts', { token, body: post });
    await first.kill('SIGTERM');
    const kept = readKept(dataDir);

    const second = await startProgram({ dataDir });
    const timeline = await second.send('GET', '/v2/timeline', { token });

    expect(kept).toMatchObject({ waitingJobs: 0, media: [{ state: 'ready' }] });
    expect(timeline.body.items).toMatchObject([{ text: 'First light.' }]);
    expect(timeline.body.items[0].media[0].images).toHaveLength(4);
  });

  it.each([
    ['says nothing', ''],
    ['never ends its headers', 'GET / HTTP/1.1\r\nhost: localhost\r\n'],
  ])('does not wait for a client that %s', { timeout: 30_000 }, async (_name, text) => {
    const program = await startProgram({ dataDir: temporaryFolder() });
    const socket = connect(Number(new URL(program.url).port), '127.0.0.1');
    socket.write(text);
    await sleep(200);

    const begin = Date.now();
    const exit = await program.kill('SIGTERM');

    expect(exit).toEqual({ code: 0, signal: null });
    expect(Date.now() - begin).toBeLessThan(6 * seconds);
    socket.destroy();
  });

  it('ends at once when it is asked twice', { timeout: 30_000 }, async () => {
    const program = await startProgram({ dataDir: temporaryFolder() });
    void program.kill('SIGTERM');
    await sleep(200);

    const exit = await program.kill('SIGINT');

    expect(exit).toEqual({ code: null, signal: 'SIGINT' });
  });
});

/** Reads and writes over one connection that stays open, until an answer closes it. Statuses of all answers. */
async function askUntilToldToGo(program: Program, token: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: number[] = [];
  for (let i = 0; ; i += 1) {
    const sent = i % 2 === 0 ? { method: 'GET', path: '/v2/timeline' } : newPost;
    const { status, isLast } = await ask(program, { ...sent, token, agent });
    statuses.push(status);
    if (isLast) return statuses;
  }
}

const newPost = { method: 'POST', path: '/v2/posts', body: '{"text":"First light."}' };

type Asked = { method: string; path: string; body?: string; token: string; agent: Agent };

function ask(
  program: Program,
  { method, path, body, token, agent }: Asked,
): Promise<{ status: number; isLast: boolean }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(`${program.url}${path}`, { method, headers, agent }, (response) => {
      const isLast = response.headers.connection === 'close';
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, isLast }));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Sends a photo in ten pieces over so many milliseconds. */
async function uploadSlowly(
  program: Program,
  token: string,
  { ms }: { ms: number },
): Promise<number> {
  const form = new Response(formOf(await samplePhoto(2)));
  const bytes = Buffer.from(await form.clone().arrayBuffer());
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': form.headers.get('content-type') ?? '',
    'content-length': bytes.length,
  };
  const piece = Math.ceil(bytes.length / 10);
  const sent = request(`${program.url}/v2/media`, { method: 'POST', headers });
  const answered = new Promise<number>((resolve, reject) => {
    sent.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
  });
  for (let at = 0; at < bytes.length; at += piece) {
    sent.write(bytes.subarray(at, at + piece));
    await sleep(ms / 10);
  }
  sent.end();
  return answered;
}
