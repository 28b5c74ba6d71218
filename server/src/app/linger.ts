import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { hasBody } from '../contracts/body-limits.ts';

/** How much of a body is still read after its response, and for how long. */
export type LingerLimits = { ms: number; bytes: number };

/**
 * Reads and drops what is left of a body that was answered early, such as an upload without a token, before the connection is
 * closed. A socket that is closed while bytes come in is reset, and the reset may overtake the response: a proxy that is still
 * sending would report 502 instead of passing a 401 or 413 on.
 */
export function lingerAfterEarlyResponses(server: Server, limits: LingerLimits): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return;
    const { socket } = request;
    let isLast = false;
    // Around Node's own listener, which destroys the socket after the last response of a connection.
    response.prependOnceListener('finish', () => {
      if (request.complete) return;
      socket.destroySoon = () => {
        isLast = true;
        socket.end();
      };
    });
    response.once('finish', () => {
      if (!Object.hasOwn(socket, 'destroySoon')) return;
      Reflect.deleteProperty(socket, 'destroySoon');
      linger(request, { ...limits, isLast });
    });
  });
}

const checkMs = 250;

function linger(
  request: IncomingMessage,
  { ms, bytes, isLast }: LingerLimits & { isLast: boolean },
): void {
  const { socket } = request;
  const lastByte = socket.bytesRead + bytes;
  const endsAt = performance.now() + ms;
  const timer = setInterval(
    () => {
      if (performance.now() >= endsAt || socket.bytesRead > lastByte) socket.destroy();
    },
    Math.min(ms, checkMs),
  );
  const stop = () => clearInterval(timer);
  socket.once('close', stop);
  request.once('end', () => {
    stop();
    socket.removeListener('close', stop);
    if (isLast) socket.destroySoon();
  });
  request.unpipe().resume();
}
