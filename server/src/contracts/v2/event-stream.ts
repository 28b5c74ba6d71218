import { Readable } from 'node:stream';
import type { LiveNews } from '../../domain/live/live-news.ts';
import type { Listener } from '../../domain/live/live-streams.ts';
import { cursorOf } from '../../domain/paging.ts';
import type { notificationPresenter } from './notification-wire.ts';

/** What waits for a slow reader; one with more is cut, and may come back with the last event it has. */
const maxWaitingBytes = 512 * 1024;

/** Server-Sent Events (WHATWG HTML, 9.2) as a body, and the listener that writes it. */
export function eventStream(
  present: ReturnType<typeof notificationPresenter>,
  retryMs: number,
): { body: Readable; listener: Listener } {
  const body = new Readable({ highWaterMark: maxWaitingBytes, read() {} });

  function write(text: string): void {
    if (body.destroyed || body.readableEnded) return;
    if (!body.push(text)) body.destroy();
  }

  function tell({ notifications, hasGap, isUnreadNew, told }: LiveNews): void {
    const events = notifications.map((it) =>
      eventText('notification', present.notification(it), it.key),
    );
    if (hasGap) events.push(eventText('gap', {}));
    if (isUnreadNew) events.push(eventText('unread-count', { count: told.unread }, told.key));
    if (events.length > 0) write(events.join(''));
  }

  write(`retry: ${retryMs}\n\n`);
  return {
    body,
    listener: { tell, heartbeat: () => write(':\n\n'), end: () => void body.push(null) },
  };
}

function eventText(type: string, data: object, key?: number): string {
  const id = key === undefined ? '' : `id: ${cursorOf('notifications', key)}\n`;
  return `event: ${type}\n${id}data: ${JSON.stringify(data)}\n\n`;
}
