import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { mayShare, openMoreSockets } from '../../src/app/listeners.ts';

const place = { host: '127.0.0.1', port: 0, backlog: 512 };
const clients = 100;

describe.runIf(process.platform === 'linux')('a server that listens on many sockets', () => {
  let server: Server;
  let more: NetServer[] = [];
  let sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const each of [server, ...more]) each.close();
    more = [];
    sockets = [];
  });

  async function start(): Promise<number> {
    server = createServer((_request, response) => response.end('well'));
    server.listen({ ...place, reusePort: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** How many of those who connect at once are taken within ten turns of the event loop. */
  async function takenSoon(port: number): Promise<number> {
    let taken = 0;
    server.on('connection', () => {
      taken += 1;
    });
    sockets = Array.from({ length: clients }, () => connect(port, place.host));
    for (let i = 0; i < 10; i += 1) await turn();
    return taken;
  }

  it('takes a crowd at once, although each socket gives one connection per turn', async () => {
    const port = await start();
    more = await openMoreSockets(server, place);

    expect(await takenSoon(port)).toBe(clients);
  });

  it('answers on each of them', async () => {
    const port = await start();
    more = await openMoreSockets(server, place);

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }),
      ),
    );

    expect(await Promise.all(answers.map((it) => it.text()))).toEqual(Array(50).fill('well'));
  });

  it('does not share the port with another server that has it', async () => {
    const port = await start();

    await expect(mayShare({ ...place, port })).rejects.toThrow('EADDRINUSE');
  });
});
