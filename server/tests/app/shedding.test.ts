import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Load, measuredPace } from '../../src/app/load.ts';
import { refusedShare } from '../../src/app/shedding.ts';
import { type TestServer, testServer } from '../support/server.ts';

const idle: Load = { delayMs: 5, inFlight: 3, waitMs: 4 };

describe('the share of requests that is refused', () => {
  it.each<[Load, number, number]>([
    [idle, 0, 0],
    [{ ...idle, delayMs: 375 }, 0.5, 0],
    [{ ...idle, delayMs: 700 }, 1, 0.5],
    [{ ...idle, delayMs: 5000 }, 1, 1],
    [{ ...idle, waitMs: 9000 }, 0, 0],
    [{ ...idle, inFlight: 64, waitMs: 225 }, 0.5, 0],
    [{ ...idle, inFlight: 64, waitMs: 450 }, 1, 0.5],
    [{ ...idle, inFlight: 64, waitMs: 9000 }, 1, 1],
  ])('at %o is %d of writes and %d of reads', (load, ofWrites, ofReads) => {
    expect(refusedShare(load, false)).toBe(ofWrites);
    expect(refusedShare(load, true)).toBe(ofReads);
  });
});

describe('how long those in flight will wait', () => {
  const second = (pace: ReturnType<typeof measuredPace>, answered: number, left: number) => {
    vi.advanceTimersByTime(1000);
    pace.note(answered, left);
  };

  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('follows the pace at which a busy process answers', () => {
    const pace = measuredPace();
    const atFirst = pace.waitMs(300);
    for (let i = 0; i < 30; i += 1) second(pace, 100, 300);

    expect(atFirst).toBe(500);
    expect(Math.round(pace.waitMs(300))).toBe(3000);
  });

  it('is not longer because little was asked', () => {
    const pace = measuredPace();
    for (let i = 0; i < 30; i += 1) second(pace, 3, 1);

    expect(pace.waitMs(300)).toBe(500);
  });

  it('is shorter as soon as more was answered', () => {
    const pace = measuredPace();
    for (let i = 0; i < 30; i += 1) second(pace, 3000, 1);

    expect(Math.round(pace.waitMs(300))).toBe(100);
  });
});

describe('a server that is too busy', () => {
  let server: TestServer;
  let load: Load;
  const holdMs = 100;

  beforeEach(async () => {
    load = idle;
    server = await testServer({ contracts: 'all', http: { load: () => load, holdMs } });
  });

  afterEach(() => server.close());

  it('refuses writes before reads, each contract in its own shape, and answers health checks', async () => {
    const write = () => server.send('POST', '/v2/sessions', { body: {} });
    const read = () => server.send('GET', '/v2/explore');
    const older = () => server.send('POST', '/login', { body: {} });
    const statuses = async () => (await Promise.all([write(), read()])).map((it) => it.status);
    const whileIdle = await statuses();

    load = { ...idle, inFlight: 64, waitMs: 300 };
    const whileBusy = await statuses();
    load = { ...idle, delayMs: 2000 };
    const whileOverloaded = await statuses();
    const { status, headers } = await write();
    const probes = await Promise.all(
      ['/livez', '/readyz', '/'].map((path) => server.send('GET', path)),
    );

    expect({ whileIdle, whileBusy, whileOverloaded }).toEqual({
      whileIdle: [422, 200],
      whileBusy: [503, 200],
      whileOverloaded: [503, 503],
    });
    expect({ status, retryAfter: headers['retry-after'] }).toEqual({
      status: 503,
      retryAfter: '2',
    });
    expect(await older()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(probes.map((it) => it.status)).toEqual([200, 200, 200]);
  });

  it('keeps a refusal back, so that a client that repeats at once costs little', async () => {
    load = { ...idle, delayMs: 2000 };

    const since = performance.now();
    const answers = await Promise.all([1, 2, 3].map(() => server.send('GET', '/v2/explore')));
    const tookMs = performance.now() - since;

    expect(answers.map((it) => it.status)).toEqual([503, 503, 503]);
    expect(tookMs).toBeGreaterThan(holdMs - 10);
  });

  it('answers an upload before its body has come', async () => {
    const address = new URL(await server.listen());
    load = { ...idle, inFlight: 64, waitMs: 300 };
    const socket = connect(Number(address.port), address.hostname);
    const head = `POST /v2/media HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5000000\r\n\r\n`;

    socket.write(head);
    const [answer] = await once(socket, 'data');
    socket.destroy();

    expect(String(answer)).toMatch(/^HTTP\/1.1 503 /);
    expect(String(answer).toLowerCase()).toContain('retry-after: 2');
  });
});
