import type { FastifyRequest } from 'fastify';
import { invalid } from '../../domain/errors.ts';
import { keyOfCursor } from '../../domain/paging.ts';
import type { ContractApp, Surroundings } from '../contract.ts';
import { eventStream } from './event-stream.ts';
import { notificationPresenter } from './notification-wire.ts';
import { operation } from './operation.ts';
import { presenter } from './wire.ts';

const streamResponse = {
  description: 'Events, as they happen, until the session ends.',
  content: {
    'text/event-stream': {
      schema: { type: 'string' },
      example: 'event: unread-count\nid: n7f3k2m9q0x\ndata: {"count":3}\n\n',
    },
  },
};

/** When clients come back, in ms: not all at once, for a server that stops ends all of them together. */
function retryMsOf({ sessionId }: { sessionId: number }): number {
  return 1000 + ((sessionId * 389) % 2000);
}

export function eventRoutes(app: ContractApp, { services, publicUrl, viewer }: Surroundings): void {
  const { live } = services;
  const present = notificationPresenter(presenter(publicUrl));

  app.get(
    '/events',
    {
      schema: operation({
        id: 'streamEvents',
        summary: 'What happens to your account, live',
        description:
          'Server-Sent Events. `notification` carries a Notification, `unread-count` an UnreadCount, first of all when the stream opens; `gap` says that more was missed than is sent again: read the list. The stream ends with the session and when the access token expires: refresh it and come back with `Last-Event-ID`. An account has at most ten; the oldest makes room.',
        tag: 'notifications',
        errors: ['invalid'],
        signedIn: 'required',
        resumable: true,
        response: {},
        otherResponses: { 200: streamResponse },
      }),
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const who = await viewer(request);
      const since = lastEventKey(request);
      const { body, listener } = eventStream(present, retryMsOf(who));
      const close = await live.open(who, since, listener);
      body.once('close', close);
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'private, no-store, no-transform')
        .header('x-accel-buffering', 'no')
        .send(body);
    },
  );
}

function lastEventKey({ headers }: FastifyRequest): number | null {
  const id = headers['last-event-id'];
  if (id === undefined || id === '') return null;
  const key = typeof id === 'string' ? keyOfCursor('notifications', id) : null;
  if (key === null) throw invalid('last-event-id', 'is not the id of an event of this server');
  return key;
}
