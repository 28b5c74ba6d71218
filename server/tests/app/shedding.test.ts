import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Load } from '../../src/app/load.ts';
import { refusedShare } from '../../src/app/shedding.ts';
import { type TestServer, testServer } from '../support/server.ts';

const idle: Load = { delayMs: 5, inFlight: 3, readMs: 4 };

describe('the share of requests that is refused', () => {
  it.each<[Load, number, number]>([
    [idle, 0, 0],
    [{ ...idle, delayMs: 600 }, 1, 0],
    [{ ...idle, delayMs: 1300 }, 1, 0.5],
    [{ ...idle, delayMs: 5000 }, 1, 1],
    [{ ...idle, inFlight: 140 }, 0.5, 0],
    [{ ...idle, inFlight: 400 }, 1, 1],
    [{ ...idle, readMs: 9000 }, 0, 0],
    [{ ...idle, inFlight: 64, readMs: 1750 }, 1, 0.5],
  ])('at %o is %d of writes and %d of reads', (load, ofWrites, ofReads) => {
    expect(refusedShare(load, false)).toBe(ofWrites);
    expect(refusedShare(load, true)).toBe(ofReads);
  });
});

describe('a server that is too busy', () => {
  let server: TestServer;
  let load: Load;

  beforeEach(async () => {
    load = idle;
    server = await testServer({ contracts: 'all', http: { load: () => load } });
  });

  afterEach(() => server.close());

  it('refuses writes before reads, each contract in its own shape, and answers health checks', async () => {
    const write = () => server.send('POST', '/v2/sessions', { body: {} });
    const read = () => server.send('GET', '/v2/explore');
    const older = () => server.send('POST', '/login', { body: {} });
    const statuses = async () => (await Promise.all([write(), read()])).map((it) => it.status);
    const whileIdle = await statuses();

    load = { ...idle, delayMs: 600 };
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

  it('answers an upload before its body has come', async () => {
    const address = new URL(await server.listen());
    load = { ...idle, delayMs: 600 };
    const socket = connect(Number(address.port), address.hostname);
    const head = `POST /v2/media HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5000000\r\n\r\n`;

    socket.write(head);
    const [answer] = await once(socket, 'data');
    socket.destroy();

    expect(String(answer)).toMatch(/^HTTP\/1.1 503 /);
    expect(String(answer).toLowerCase()).toContain('retry-after: 2');
  });
});
