import { DomainError } from '../errors.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import type { LiveNews, Told } from './live-news.ts';

/** One open connection, from the server's side. Nothing that is called may throw. */
export type Listener = {
  tell(news: LiveNews): void;
  /** Nothing has happened for a while; the connection is to show that it is alive. */
  heartbeat(): void;
  /** No more will come. */
  end(): void;
};

/** An open connection; what its listener was told is null while it is being opened. */
export type LiveStream = {
  viewer: Viewer;
  listener: Listener;
  told: Told | null;
  beatAt: number;
};

export type LiveStreams = ReturnType<typeof liveStreams>;

const heartbeatMs = 15_000;
const maxStreamsPerAccount = 10;

/** The open connections of this process, by account. */
export function liveStreams({ now, maxStreams }: { now: Now; maxStreams: number }) {
  const all = new Set<LiveStream>();
  const byAccount = new Map<number, Set<LiveStream>>();

  function ofAccount(accountId: number): ReadonlySet<LiveStream> {
    return byAccount.get(accountId) ?? new Set();
  }

  /** @throws DomainError `unavailable` when there are too many */
  function add(viewer: Viewer, listener: Listener): LiveStream {
    makeRoomFor(viewer.accountId);
    const stream = { viewer, listener, told: null, beatAt: now().getTime() };
    all.add(stream);
    byAccount.set(viewer.accountId, new Set([...ofAccount(viewer.accountId), stream]));
    return stream;
  }

  /** The oldest connection of an account gives way to its newest; other people's do not. */
  function makeRoomFor(accountId: number): void {
    const [oldest, ...others] = ofAccount(accountId);
    if (oldest && others.length + 1 >= maxStreamsPerAccount) end(oldest);
    if (all.size >= maxStreams) throw busy('Too many live connections are open; try later.');
  }

  /** Forgets a connection that its client has left. False when it was forgotten before. */
  function remove(stream: LiveStream): boolean {
    const { accountId } = stream.viewer;
    const left = new Set(ofAccount(accountId));
    left.delete(stream);
    if (left.size > 0) byAccount.set(accountId, left);
    else byAccount.delete(accountId);
    return all.delete(stream);
  }

  function end(stream: LiveStream): void {
    if (remove(stream)) stream.listener.end();
  }

  function tell(stream: LiveStream, news: LiveNews): void {
    if (!all.has(stream)) return;
    stream.told = news.told;
    stream.listener.tell(news);
  }

  /** Ends connections whose token has expired, and shows that the others are alive. */
  function keepAlive(): void {
    const at = now();
    for (const stream of all) {
      if ((stream.viewer.tokenExpiresAt ?? '') <= at.toISOString()) end(stream);
      else if (at.getTime() - stream.beatAt >= heartbeatMs) {
        stream.beatAt = at.getTime();
        stream.listener.heartbeat();
      }
    }
  }

  return { all: all as ReadonlySet<LiveStream>, ofAccount, add, remove, end, tell, keepAlive };
}

export function busy(message: string): DomainError {
  return new DomainError('unavailable', message, { retryAfterSeconds: 2 });
}
