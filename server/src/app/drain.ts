import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

/** How long a client whose connection is open may still take to send its request. */
const graceMs = 1000;

/**
 * Follows the connections of a server from now on, for its end.
 * @param more further sockets on which it listens
 * @returns what stops listening, lets every request end that was sent, and resolves when the last connection is closed
 */
export function followConnections(
  server: Server,
  more: () => readonly NetServer[] = () => [],
): () => Promise<void> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    silent.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) silent.add(socket);
    });
  });

  return async () => {
    // An HTTP server would also cut connections whose first request is on its way, and forget its time limits.
    const gone = Promise.all(
      [server, ...more()].map(
        (each) => new Promise((resolve) => NetServer.prototype.close.call(each, resolve)),
      ),
    );
    const sweep = setInterval(() => {
      for (const socket of silent) socket.destroySoon();
    }, graceMs);
    await gone;
    clearInterval(sweep);
  };
}
