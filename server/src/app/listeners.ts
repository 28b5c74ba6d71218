import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';

/**
 * How many sockets listen on the port. Node takes one connection per turn of its event loop from each. With a single one, a
 * busy process whose turns take 100 ms takes ten connections a second: all others wait in the kernel, health checks too.
 */
const sockets = 128;

export type Place = { host: string; port: number; backlog: number };

/**
 * Whether several sockets can share the port and its connections: Linux can, but some containers run on something else. Checks
 * on the way that nobody else listens, since sockets that share a port would not notice another process of the same user.
 * @throws Error of Node's when the port cannot be had
 */
export async function mayShare(place: Place): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  await close(await listenTo(createServer(), place));
  try {
    await close(await listenTo(createServer(), { ...place, reusePort: true }));
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens the other sockets of a server that listens on a port with `reusePort`; their connections are the server's.
 * @throws Error of Node's when the port cannot be had
 */
export async function openMoreSockets(server: Server, place: Place): Promise<NetServer[]> {
  const { port } = server.address() as AddressInfo;
  const opening = Array.from({ length: sockets - 1 }, () => {
    // As Node's HTTP server has them.
    const options = { allowHalfOpen: true, noDelay: true };
    const socket = createServer(options, (connection) => server.emit('connection', connection));
    return listenTo(socket, { ...place, port, reusePort: true });
  });
  return Promise.all(opening);
}

async function listenTo(
  server: NetServer,
  place: Place & { reusePort?: boolean },
): Promise<NetServer> {
  server.listen(place);
  await once(server, 'listening');
  return server;
}

async function close(server: NetServer): Promise<void> {
  server.close();
  await once(server, 'close');
}
