import { DomainError } from '../errors.ts';
import type { Sources } from '../notifications/notification-views.ts';
import type { Now } from '../ports.ts';
import { readLiveRoles } from '../sessions/session-store.ts';
import type { Viewer } from '../viewer.ts';
import { type LiveNews, readFirstNews, readNews, type Told } from './live-news.ts';

export type LiveEvents = ReturnType<typeof liveEvents>;

/** Who listens: one open connection. Nothing that is called may throw. */
export type Listener = {
  tell(news: LiveNews): void;
  /** Nothing has happened for a while; the connection is to show that it lives. */
  heartbeat(): void;
  /** No more will come. */
  end(): void;
};

/** An open connection; what its listener was told is null while it is being opened. */
type LiveStream = { viewer: Viewer; listener: Listener; told: Told | null; beatAt: number };

type Needs = Sources & {
  now: Now;
  /** How many connections this process keeps open. */
  maxStreams: number;
  /** Told when the database cannot be asked, once until it can. */
  onTrouble: (error: unknown) => void;
};

/** How often the database is asked, for all connections together. Nobody asks while none is open. */
const tickMs = 300;
const beatMs = 15_000;
const maxStreamsPerAccount = 10;

/**
 * Tells open connections what happens to their accounts, whichever process it happens in, and ends those whose session
 * has ended or whose token has expired. A tick costs the same number of queries for one connection and for thousands.
 */
export function liveEvents({ database, postReader, now, maxStreams, onTrouble }: Needs) {
  const sources = { database, postReader };
  const streams = new Set<LiveStream>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let hasTrouble = false;

  /**
   * Tells a listener first what it missed since a key, and from then on what happens.
   * @param since null: nothing was missed
   * @returns what ends it from the listener's side
   * @throws DomainError `unavailable` (too many, or the process is about to stop)
   */
  async function open(
    viewer: Viewer,
    since: number | null,
    listener: Listener,
  ): Promise<() => void> {
    if (isStopped) throw busy('The server is about to restart; come back in a moment.');
    makeRoomFor(viewer);
    const stream = newStream(viewer, listener);
    streams.add(stream);
    try {
      note(stream, await readFirstNews(sources, viewer.accountId, since));
    } catch (error) {
      streams.delete(stream);
      throw error;
    }
    schedule();
    return () => void streams.delete(stream);
  }

  /** The oldest connection of an account gives way to its newest; other people's do not. */
  function makeRoomFor({ accountId }: Viewer): void {
    const own = [...streams].filter(({ viewer }) => viewer.accountId === accountId);
    if (own.length >= maxStreamsPerAccount && own[0]) end(own[0]);
    if (streams.size >= maxStreams) throw busy('Too many live connections are open; try later.');
  }

  function newStream(viewer: Viewer, listener: Listener): LiveStream {
    return { viewer, listener, told: null, beatAt: now().getTime() };
  }

  function end(stream: LiveStream): void {
    if (streams.delete(stream)) stream.listener.end();
  }

  function note(stream: LiveStream, news: LiveNews): void {
    if (!streams.has(stream)) return;
    stream.told = news.told;
    stream.listener.tell(news);
  }

  function schedule(): void {
    if (isStopped || streams.size === 0) return;
    timer ??= setTimeout(() => {
      void tick().then(() => {
        timer = undefined;
        schedule();
      });
    }, tickMs).unref();
  }

  async function tick(): Promise<void> {
    try {
      await endTheDead();
      const open = [...streams].filter(({ told }) => told !== null);
      const told = open.flatMap((it) => (it.told ? [it.told] : []));
      for (const [index, news] of await readNews(sources, told)) {
        const stream = open[index];
        if (stream) note(stream, news);
      }
      heartbeat();
      hasTrouble = false;
    } catch (error) {
      if (!hasTrouble) onTrouble(error);
      hasTrouble = true;
    }
  }

  async function endTheDead(): Promise<void> {
    const at = now().toISOString();
    for (const stream of streams) if ((stream.viewer.tokenExpiresAt ?? at) <= at) end(stream);
    const ids = new Set([...streams].map(({ viewer }) => viewer.sessionId));
    const roles = await readLiveRoles(database, [...ids]);
    for (const stream of streams) {
      const { sessionId, role } = stream.viewer;
      // One that was opened meanwhile was not asked about.
      if (ids.has(sessionId) && roles.get(sessionId) !== role) end(stream);
    }
  }

  function heartbeat(): void {
    const at = now().getTime();
    for (const stream of streams) {
      if (at - stream.beatAt < beatMs) continue;
      stream.beatAt = at;
      stream.listener.heartbeat();
    }
  }

  /** Ends every connection, and lets none be opened from now on. */
  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
    for (const stream of streams) end(stream);
  }

  return { open, stop };
}

function busy(message: string): DomainError {
  return new DomainError('unavailable', message, { retryAfterSeconds: 2 });
}
