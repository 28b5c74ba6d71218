import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How long a client whose connection is open may still take to send its request. */
const graceMs = 1000;

/** The response to the newest request of a connection: when it is over, all are. */
const newest = Symbol('newest');
type Followed = Socket & { [newest]?: ServerResponse };

/**
 * Follows the connections of a server from now on, for its end.
 * @param more further sockets on which it listens
 * @returns what stops listening, lets every request end that was sent, and resolves when the last connection is closed
 */
export function followConnections(
  server: Server,
  more: () => readonly NetServer[] = () => [],
): () => Promise<void> {
  const open = new Set<Followed>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', (request, response) => {
    const socket: Followed = request.socket;
    socket[newest] = response;
  });

  return async () => {
    // An HTTP server would also cut connections whose first request is on its way, and forget its time limits.
    const gone = Promise.all(
      [server, ...more()].map(
        (each) => new Promise((resolve) => NetServer.prototype.close.call(each, resolve)),
      ),
    );
    const sweep = setInterval(() => {
      for (const socket of open) {
        if (socket[newest]?.closed ?? true) socket.destroySoon();
      }
    }, graceMs);
    await gone;
    clearInterval(sweep);
  };
}
