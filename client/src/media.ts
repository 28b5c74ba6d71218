import type { Calls } from './calls.ts';
import type { Media } from './generated.ts';
import type { CallOptions } from './operations.ts';
import { type ProgressListener, progressFetch } from './progress.ts';
import { RookeryError } from './rookery-error.ts';
import { sleep } from './sleep.ts';
import type { Fetch } from './transport.ts';

/** What an upload may say of its picture. */
export type UploadOptions = CallOptions & {
  alt?: string;
  /** Keeps the place in the photo's EXIF, which is dropped otherwise. */
  keepLocation?: boolean;
  /** Called while the file is sent. */
  onProgress?: ProgressListener;
};

/** A file as React Native's image pickers name it. */
export type NativeFile = { uri: string; name: string; type: string };

/** How long a picture is waited for. */
export type WaitOptions = {
  /** 60 s, unless told otherwise. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

const firstPollMs = 100;
const maxPollMs = 2000;

type Needs = {
  calls: Calls;
  /** The app's own `fetch`, if it has one. */
  ownFetch: Fetch | undefined;
};

/** Pictures of one's own. */
export function media({ calls: { call, callBy }, ownFetch }: Needs) {
  /**
   * Uploads a picture for `mediaIds` of a post. Its sizes are rendered in the background: see `waitUntilReady`. A lost
   * upload is sent again with the same Idempotency-Key, so it is kept once.
   * @param file JPEG, PNG, GIF, WebP, AVIF or HEIC
   * @example await client.upload(file, { alt: 'Dunes', onProgress: ({ ratio }) => bar.value = ratio, signal })
   */
  function upload(
    file: Blob | NativeFile,
    { alt, keepLocation, onProgress, ...more }: UploadOptions = {},
  ): Promise<Media> {
    const form = {
      // React Native's form takes its own kind of file.
      file: file as Blob,
      ...(alt === undefined ? {} : { alt }),
      ...(keepLocation === true ? { keepLocation: 'true' as const } : {}),
    };
    if (!onProgress) return call('uploadMedia', { form, ...more });
    return callBy(progressFetch(onProgress, ownFetch), 'uploadMedia', { form, ...more });
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
