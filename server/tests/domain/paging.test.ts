import { describe, expect, it } from 'vitest';
import {
  cursorLetters,
  datedPageOf,
  datedPageRequest,
  pageOf,
  pageRequest,
  placeOfRow,
  timeKeys,
} from '../../src/domain/paging.ts';
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

it('no two lists share the letter of their cursors', () => {
  const letters = Object.values(cursorLetters).flatMap((kinds) => Object.values(kinds));

  expect(new Set(letters).size).toBe(letters.length);
});

describe('pages', () => {
  it('lead from one to the next by their cursor', () => {
    const page = pageOf('posts', [9, 7, 5], { limit: 2 }, (key) => key);

    expect(page.items).toEqual([9, 7]);
    expect(pageRequest('posts', { cursor: page.nextCursor ?? '' })).toEqual({
      limit: 20,
      before: 7,
    });
  });

  it('end where nothing more follows', () => {
    expect(pageOf('posts', [9, 7], { limit: 2 }, (key) => key).nextCursor).toBeNull();
  });

  it('from the oldest end leave out the newest of too many, and lead to what is older', () => {
    const page = { limit: 2, after: 3, from: 'oldest' } as const;
    const { items, nextCursor } = pageOf('posts', [9, 7, 5], page, (key) => key);

    expect(items).toEqual([7, 5]);
    expect(pageRequest('posts', { cursor: nextCursor ?? '' }).before).toBe(5);
  });

  it('from the oldest end of the whole list have nothing older', () => {
    const page = { limit: 2, from: 'oldest' } as const;

    expect(pageOf('posts', [5], page, (key) => key).nextCursor).toBeNull();
  });

  it.each(['', 'Z', '-1', '1.5', 'zzzzzzzzzzz', 'a b'])('refuse “%s” as a cursor', (cursor) => {
    expect(() => pageRequest('posts', { cursor })).toThrow('is not a cursor');
  });
});

describe('pages of dated lists', () => {
  const rows = [3, 9, 1].map((id) => ({ id, created_at: '2026-06-01T12:00:00.000Z' }));

  it('lead from one to the next by the time and the id of their last row', () => {
    const { items, nextCursor } = datedPageOf('groups', rows, 2, placeOfRow);

    expect(items).toEqual(rows.slice(0, 2));
    expect(datedPageRequest('groups', { cursor: nextCursor ?? '' })).toEqual({
      limit: 20,
      before: { at: '2026-06-01T12:00:00.000Z', id: 9 },
    });
  });

  it.each([
    ['of an earlier version', 'g1f'],
    ['of another list', 'dmpm1kg0-9'],
    ['without an id', 'gmpm1kg0-'],
    ['with an id that no row could have', 'gmpm1kg0-zzzzzz'],
    ['with a time that has no text of the usual length', 'gzzzzzzzzzz-9'],
    ['with more behind it', 'gmpm1kg0-9-9'],
  ])('refuse a cursor %s', (_why, cursor) => {
    expect(() => datedPageRequest('groups', { cursor })).toThrow('is not a cursor');
  });
});
