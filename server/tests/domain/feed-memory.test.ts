import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeNewest } from '../../src/domain/feeds/feed-memory.ts';

const lists = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 30 }), {
  maxLength: 12,
});

describe('merging the newest posts of several authors', () => {
  it('gives what sorting all of them would give', () => {
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 25 }),
        fc.option(fc.integer({ min: 1, max: 1000 })),
        (keys, limit, before) => {
          const authors = keys.map((list) => listOf(list));
          const all = keys.flat().filter((key) => before === null || key < before);
          const newest = all.toSorted((a, b) => b - a).slice(0, limit + 1);

          expect(mergeNewest(authors, { limit, before })?.map((e) => e.key)).toEqual(newest);
        },
      ),
    );
  });

  it('does not answer where the list of an author ends too early', () => {
    const short = listOf([90, 80], 80);
    const long = listOf([70, 60, 50]);

    expect(mergeNewest([short, long], { limit: 2, before: null })).toBeNull();
    expect(mergeNewest([short, long], { limit: 1, before: null })).toHaveLength(2);
  });
});

function listOf(keys: readonly number[], knownAbove = 0) {
  const entries = keys.toSorted((a, b) => b - a).map((key) => ({ key, postId: key }));
  return { entries, newestKey: entries[0]?.key ?? 0, knownAbove };
}
