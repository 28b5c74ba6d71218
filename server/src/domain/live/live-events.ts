import { onBroadcast } from '../broadcasts.ts';
import type { Sources } from '../notifications/notification-views.ts';
import type { Broadcast, Now } from '../ports.ts';
import { readLiveRoles } from '../sessions/session-store.ts';
import type { Viewer } from '../viewer.ts';
import { readFirstNews, readNews } from './live-news.ts';
import {
  busy,
  type Listener,
  type LiveStream,
  type LiveStreams,
  liveStreams,
} from './live-streams.ts';
import { waking } from './waking.ts';

export type LiveEvents = ReturnType<typeof liveEvents>;

type Needs = Sources & {
  now: Now;
  broadcast: Pick<Broadcast, 'listen'>;
  /** How many connections this process keeps open. */
  maxStreams: number;
  /** Told when the database cannot be asked, once until it can. */
  onTrouble: (error: unknown) => void;
};

const keepAliveMs = 250;
/** How late news is whose broadcast was lost. */
const pollMs = 2000;

/**
 * Tells open connections what happens to their accounts, whichever process it happens in, and ends those whose session
 * has ended or whose token has expired. A broadcast says which accounts to look at; all are looked at now and then, since
 * a broadcast may be lost. A look costs the same number of queries for one connection and for thousands.
 */
export function liveEvents({ broadcast, now, maxStreams, onTrouble, ...sources }: Needs) {
  const streams = liveStreams({ now, maxStreams });
  const { wake, forget } = waking<LiveStream>({
    isReady: ({ told }) => told !== null,
    work: (some) => look(sources, streams, some),
    onTrouble,
  });
  let stopWatching: (() => void) | null = null;
  let isStopped = false;

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
    const stream = streams.add(viewer, listener);
    stopWatching ??= watchStreams({ broadcast, streams, wake, onIdle: unwatch });
    try {
      streams.tell(stream, await readFirstNews(sources, viewer.accountId, since));
    } catch (error) {
      close(stream);
      throw error;
    }
    // What happened meanwhile waits for it.
    wake([]);
    return () => close(stream);
  }

  function close(stream: LiveStream): void {
    streams.remove(stream);
    forget(stream);
  }

  function unwatch(): void {
    stopWatching?.();
    stopWatching = null;
  }

  /** Ends every connection, and lets none be opened from now on. */
  function stop(): void {
    isStopped = true;
    unwatch();
    for (const stream of streams.all) streams.end(stream);
  }

  return { open, stop, count: () => streams.all.size };
}

type Watched = {
  broadcast: Pick<Broadcast, 'listen'>;
  streams: LiveStreams;
  wake: (some: Iterable<LiveStream>) => void;
  /** Called while there are no connections. */
  onIdle: () => void;
};

/** Looks after the connections, until what it returns is called. */
function watchStreams({ broadcast, streams, wake, onIdle }: Watched): () => void {
  const stopListening = onBroadcast(broadcast, 'account.activity', ({ accountId }) =>
    wake(streams.ofAccount(accountId)),
  );
  const polling = setInterval(() => wake(streams.all), pollMs).unref();
  const living = setInterval(() => {
    streams.keepAlive();
    if (streams.all.size === 0) onIdle();
  }, keepAliveMs).unref();
  return () => {
    stopListening();
    clearInterval(polling);
    clearInterval(living);
  };
}

/** Ends those of some connections that are to end, and tells the others what is new. */
async function look(
  sources: Sources,
  streams: LiveStreams,
  some: readonly LiveStream[],
): Promise<void> {
  const ids = new Set(some.map(({ viewer }) => viewer.sessionId));
  const roles = await readLiveRoles(sources.database, [...ids]);
  for (const stream of some) {
    const { sessionId, role } = stream.viewer;
    if (roles.get(sessionId) !== role) streams.end(stream);
  }
  const open = some.filter((stream) => streams.all.has(stream));
  const told = open.flatMap((stream) => stream.told ?? []);
  for (const [index, news] of await readNews(sources, told)) {
    const stream = open[index];
    if (stream) streams.tell(stream, news);
  }
}
