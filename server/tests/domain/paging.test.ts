import { describe, expect, it } from 'vitest';
import { pageOf, pageRequest, timeKeys } from '../../src/domain/paging.ts';
import { stoppedClock } from '../support/clock.ts';

describe('keys', () => {
  it('rise even when the clock stands still or goes back', () => {
    const clock = stoppedClock();
    const newKey = timeKeys(clock.now, () => 0.999);

    const keys = [newKey(), newKey()];
    clock.advance(-1000);
    keys.push(newKey());

    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    expect(new Set(keys).size).toBe(3);
  });

  it('stay below 2^53 until 2090', () => {
    const newKey = timeKeys(
      () => new Date('2090-01-01T00:00:00Z'),
      () => 0.9999,
    );

    expect(Number.isSafeInteger(newKey())).toBe(true);
  });
});

describe('pages', () => {
  it('lead from one to the next by their cursor', () => {
    const page = pageOf('posts', [9, 7, 5], 2, (key) => key);

    expect(page.items).toEqual([9, 7]);
    expect(pageRequest('posts', { cursor: page.nextCursor ?? '' })).toEqual({
      limit: 20,
      before: 7,
    });
  });

  it('end where nothing more follows', () => {
    expect(pageOf('posts', [9, 7], 2, (key) => key).nextCursor).toBeNull();
  });

  it.each(['', 'Z', '-1', '1.5', 'zzzzzzzzzzz', 'a b'])('refuse “%s” as a cursor', (cursor) => {
    expect(() => pageRequest('posts', { cursor })).toThrow('is not a cursor');
  });
});
