import type { Calls } from './calls.ts';
import type { Media } from './generated.ts';
import type { CallOptions } from './operations.ts';
import { RookeryError } from './rookery-error.ts';
import { sleep } from './sleep.ts';

/** What an upload may say of its picture. */
export type UploadOptions = CallOptions & { alt?: string; keepLocation?: boolean };

/** How long a picture is waited for. */
export type WaitOptions = {
  /** 60 s, unless told otherwise. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

const firstPollMs = 100;
const maxPollMs = 2000;

/** Pictures of one's own. */
export function media({ call }: Calls) {
  /**
   * Uploads a picture for `mediaIds` of a post. Its sizes are rendered in the background: see `waitUntilReady`.
   * @param file JPEG, PNG, GIF, WebP, AVIF or HEIC
   * @param options `keepLocation` keeps the place in the photo's EXIF, which is dropped otherwise
   */
  function upload(file: Blob, { alt, keepLocation, ...more }: UploadOptions = {}): Promise<Media> {
    const form = {
      file,
      ...(alt === undefined ? {} : { alt }),
      ...(keepLocation === true ? { keepLocation: 'true' as const } : {}),
    };
    return call('uploadMedia', { form, ...more });
  }

  /**
   * Asks again and again until the sizes of a picture are made.
   * @throws RookeryError `processing_failed` · `not_ready_in_time`
   */
  async function waitUntilReady(mediaId: number, options: WaitOptions = {}): Promise<Media> {
    const { timeoutMs = 60_000, signal } = options;
    const end = Date.now() + timeoutMs;
    for (let delayMs = firstPollMs; ; delayMs = Math.min(2 * delayMs, maxPollMs)) {
      const media = await call('readMedia', { path: { id: mediaId }, signal });
      if (media.state === 'ready') return media;
      if (media.state === 'failed') {
        throw new RookeryError(0, 'processing_failed', 'The picture could not be processed.');
      }
      if (Date.now() + delayMs > end) {
        throw new RookeryError(0, 'not_ready_in_time', 'The picture is still being processed.');
      }
      await sleep(delayMs, signal);
    }
  }

  return {
    upload,
    waitUntilReady,
    /** Corrects what a picture is said to show, also after it was posted. */
    describe: (mediaId: number, alt: string, { signal }: { signal?: AbortSignal } = {}) =>
      call('updateMedia', { path: { id: mediaId }, body: { alt }, signal }),
    /** Takes an upload back that nothing uses. @throws RookeryError `conflict` while something does */
    discard: (mediaId: number, { signal }: { signal?: AbortSignal } = {}) =>
      call('deleteMedia', { path: { id: mediaId }, signal }),
  };
}
