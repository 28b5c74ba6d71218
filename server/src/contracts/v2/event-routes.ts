import { Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import { keyOfCursor } from '../../domain/paging.ts';
import { eventStream } from './event-stream.ts';
import { time } from './fields.ts';
import { notificationPresenter } from './notification-wire.ts';
import { route, type V2App } from './route.ts';
import { eventsTarget, signatureQuery, signedUrl } from './signed-links.ts';

const streamResponse = {
  description: 'Events, as they happen, until the session ends.',
  content: {
    'text/event-stream': {
      schema: { type: 'string' },
      example: 'event: unread-count\nid: n7f3k2m9q0x\ndata: {"count":3}\n\n',
    },
  },
};

const StreamQuery = Type.Object({
  ...signatureQuery,
  lastEventId: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'As the header `Last-Event-ID`, for a new `EventSource`; the header counts first.',
    }),
  ),
});

const EventStreamUrlSchema = Type.Object(
  {
    url: Type.String({ description: 'For `new EventSource(url)`. Tell it to nobody.' }),
    expiresAt: time('Until when it opens a stream; an open one ends then, too.'),
  },
  {
    $id: 'EventStreamUrl',
    description: 'Where the live events of an account are, for what cannot send headers.',
    examples: [
      {
        url: 'http://127.0.0.1:3000/v2/events?signature=1.1.1780315500.5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
        expiresAt: '2026-06-01T12:20:00.000Z',
      },
    ],
  },
);

/** What the OpenAPI document names of live events. */
export const eventSchemas = [EventStreamUrlSchema];

/** When clients come back, in ms: not all at once, for a server that stops ends all of them together. */
function retryMsOf({ sessionId }: { sessionId: number }): number {
  return 1000 + ((sessionId * 389) % 2000);
}

export function eventRoutes(app: V2App): void {
  const { live, signedLinks } = app.services;
  const present = notificationPresenter(app.publicUrl);

  route(
    app,
    {
      at: 'GET /events',
      id: 'streamEvents',
      summary: 'What happens to your account, live',
      description:
        'Server-Sent Events. `notification` carries a Notification, `unread-count` an UnreadCount, first of all when the stream opens; `gap` says that more was missed than is sent again: read the list. The stream ends with the session and when the access token expires: refresh it and come back with `Last-Event-ID`. An account has at most ten; the oldest makes room.',
      tag: 'notifications',
      signedIn: 'required',
      link: () => eventsTarget,
      query: StreamQuery,
      resumable: true,
      response: {},
      otherResponses: { 200: streamResponse },
      exposeHeadRoute: false,
    },
    async ({ viewer, query: { lastEventId }, request, reply }) => {
      const since = lastEventKey(request.headers['last-event-id'] ?? lastEventId);
      const { body, listener } = eventStream(present, retryMsOf(viewer));
      const close = await live.open(viewer, since, listener);
      body.once('close', close);
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'private, no-store, no-transform')
        .header('x-accel-buffering', 'no')
        .send(body);
    },
  );

  route(
    app,
    {
      at: 'GET /events/url',
      id: 'readEventStreamUrl',
      summary: 'Get an address of your live events for `EventSource`',
      description:
        '`EventSource` cannot send a token. The address needs none; it is good for 15 to 20 minutes, opens nothing else, and ends with the session. When the stream has ended, ask for another address, and add `lastEventId` to it.',
      tag: 'notifications',
      signedIn: 'required',
      response: { 200: EventStreamUrlSchema },
    },
    ({ viewer }) => {
      const { signature, expiresAt } = signedLinks.sign(viewer, eventsTarget);
      return { url: signedUrl(`${app.publicUrl}/v2/events`, signature), expiresAt };
    },
  );
}

function lastEventKey(id: string | string[] | undefined): number | null {
  if (id === undefined || id === '') return null;
  const key = typeof id === 'string' ? keyOfCursor('notifications', id) : null;
  if (key === null) throw invalid('last-event-id', 'is not the id of an event of this server');
  return key;
}
