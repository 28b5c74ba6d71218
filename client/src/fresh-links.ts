import type { Calls } from './calls.ts';
import type { Media } from './generated.ts';
import { linksExpireAt } from './images.ts';
import { RookeryError } from './rookery-error.ts';

/** Where a picture is read again. */
export type FreshOptions = {
  /** The post that shows it, for a picture of somebody else. One's own is read by itself. */
  postId?: number;
  signal?: AbortSignal;
};

/** Read again this long before the links expire. */
const marginMs = 60_000;
/** Links are good for at least 15 minutes; a clock that is slow must not keep them for longer. */
const maxDelayMs = 14 * 60_000;
/** A clock that is fast must not read again and again. */
const minDelayMs = 30_000;

/** Protected pictures have addresses that are good for minutes. */
export function freshLinks({ call }: Calls) {
  /**
   * A picture whose addresses are good for another minute at least: the same, or read again. For `onerror` of an `<img>`
   * pass `{ ...media, images: [] }` to read it in any case.
   */
  async function freshMedia(media: Media, options: FreshOptions = {}): Promise<Media> {
    const end = linksExpireAt(media);
    const isGood = media.images.length > 0 && (end === null || end - Date.now() > marginMs);
    return isGood ? media : readAgain(media, options);
  }

  async function readAgain({ id }: Media, { postId, signal }: FreshOptions): Promise<Media> {
    if (postId === undefined) return call('readMedia', { path: { id }, signal });
    const post = await call('readPost', { path: { id: postId }, signal });
    const found = post.media.find((media) => media.id === id);
    if (found) return found;
    throw new RookeryError(0, 'not_found', 'The post does not show this picture any more.');
  }

  /**
   * Reads a protected picture again before its addresses expire, for as long as it is shown. Calls nothing for a
   * picture that everybody may see. Ends when the picture, or the session, is gone.
   * @returns how to stop
   * @example useEffect(() => client.watchMedia(media, setMedia), [media.id]);
   */
  function watchMedia(
    media: Media,
    listener: (fresh: Media) => void,
    { signal, ...options }: FreshOptions = {},
  ): () => void {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    let timer: ReturnType<typeof setTimeout> | undefined;

    function plan(of: Media): void {
      const end = linksExpireAt(of);
      if (end === null) return;
      const delayMs = Math.min(Math.max(end - Date.now() - marginMs, minDelayMs), maxDelayMs);
      timer = setTimeout(() => void next(of), delayMs);
    }

    async function next(of: Media): Promise<void> {
      try {
        const fresh = await readAgain(of, { ...options, signal: stopped.signal });
        if (stopped.signal.aborted) return;
        listener(fresh);
        plan(fresh);
      } catch (error) {
        const isPassing = error instanceof RookeryError && [0, 429, 503].includes(error.status);
        if (isPassing && error.code !== 'not_found' && !stopped.signal.aborted) plan(of);
      }
    }

    stopped.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    else plan(media);
    return stop;
  }

  return { freshMedia, watchMedia };
}
