import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoadMeter, loadMeter } from '../../src/app/load.ts';

const smallBodyBytes = 1000;
const form = { 'content-type': 'multipart/form-data; boundary=b' };

describe('the load of a server', () => {
  let server: FastifyInstance;
  let meter: LoadMeter;
  let begun: number;
  let answer: () => void;

  beforeEach(() => {
    server = Fastify({ bodyLimit: smallBodyBytes });
    meter = loadMeter(server, smallBodyBytes);
    begun = 0;
    const wait = new Promise<string>((resolve) => {
      answer = () => resolve('done');
    });
    const handler = () => {
      begun += 1;
      return wait;
    };
    server.addContentTypeParser('multipart/form-data', { parseAs: 'string' }, (_, body, done) =>
      done(null, body),
    );
    server.post('/any', handler);
    server.post('/pictures', { bodyLimit: 2 * smallBodyBytes }, handler);
  });

  afterEach(() => server.close());

  async function inFlightDuring(url: string, headers: Record<string, string>): Promise<number> {
    const payload = headers['content-type']?.startsWith('multipart/') ? '--b--' : '{}';
    const answers = [1, 2].map(() => server.inject({ method: 'POST', url, headers, payload }));
    await vi.waitFor(() => expect(begun).toBe(2));
    const { inFlight } = meter.read();
    answer();
    await Promise.all(answers);
    expect(meter.read().inFlight).toBe(0);
    return inFlight;
  }

  const json = { 'content-type': 'application/json' };

  it.each([
    ['counts requests that are not answered', '/any', json, 2],
    ['counts no forms, which wait for their pictures', '/any', form, 0],
    ['counts nothing of a route for large bodies', '/pictures', json, 0],
  ])('%s', async (_name, url, headers, count) => {
    expect(await inFlightDuring(url, headers)).toBe(count);
  });
});
