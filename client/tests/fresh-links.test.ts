import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freshLinks } from '../src/fresh-links.ts';
import type { Media } from '../src/index.ts';
import { RookeryError } from '../src/rookery-error.ts';

const minuteMs = 60_000;

/** A picture whose links are good for so long, from now on. */
function linkedFor(minutes: number): Media {
  const end = Math.floor(Date.now() / 1000) + minutes * 60;
  return { id: 3, images: [{ url: `/small?signature=1.2.${end}.abc` }] } as Media;
}

describe('watching a protected picture', () => {
  let seen: Media[];
  let answer: () => Media;

  const { watchMedia } = freshLinks({
    call: async () => answer(),
  } as unknown as Parameters<typeof freshLinks>[0]);

  beforeEach(() => {
    vi.useFakeTimers();
    seen = [];
    answer = () => linkedFor(16);
  });

  afterEach(() => vi.useRealTimers());

  it('reads it again a minute before its links expire, as long as it is shown', async () => {
    const stop = watchMedia(linkedFor(10), (media) => seen.push(media));
    await vi.advanceTimersByTimeAsync(8.9 * minuteMs);
    const early = seen.length;
    await vi.advanceTimersByTimeAsync(0.2 * minuteMs);
    const once = seen.length;
    await vi.advanceTimersByTimeAsync(30 * minuteMs);
    stop();
    const whole = seen.length;
    await vi.advanceTimersByTimeAsync(60 * minuteMs);

    expect([early, once, whole, seen.length]).toEqual([0, 1, 3, 3]);
  });

  it('tries again after an outage, and ends when the picture is gone', async () => {
    answer = () => {
      throw new RookeryError(503, 'unavailable', 'Busy.');
    };
    watchMedia(linkedFor(2), (media) => seen.push(media));
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    answer = () => linkedFor(16);
    await vi.advanceTimersByTimeAsync(minuteMs);
    const after = seen.length;
    answer = () => {
      throw new RookeryError(404, 'not_found', 'Gone.');
    };
    await vi.advanceTimersByTimeAsync(60 * minuteMs);

    expect([after, seen.length, vi.getTimerCount()]).toEqual([1, 1, 0]);
  });

  it('does nothing for a picture that everybody may see', () => {
    watchMedia({ id: 3, images: [{ url: '/small' }] } as Media, (media) => seen.push(media));

    expect(vi.getTimerCount()).toBe(0);
  });
});
