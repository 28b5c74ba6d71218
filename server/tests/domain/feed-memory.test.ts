import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeNewest } from '../../src/domain/feeds/merging.ts';

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
          const all = keys.flat().filter((key) => before === null || key < before);
          const newest = all.toSorted((a, b) => b - a).slice(0, limit + 1);

          expect(mergeNewest(listsOf(keys), { limit, before })?.map((e) => e.key)).toEqual(newest);
        },
      ),
    );
  });

  it('does not answer where the list of an author ends too early', () => {
    const lists = listsOf([
      [90, 80],
      [70, 60, 50],
    ]);

    expect(mergeNewest({ ...lists, knownAbove: 80 }, { limit: 2, before: null })).toBeNull();
    expect(mergeNewest({ ...lists, knownAbove: 80 }, { limit: 1, before: null })).toHaveLength(2);
  });
});

function listsOf(keys: ReadonlyArray<readonly number[]>) {
  const lists = keys
    .map((list) => list.toSorted((a, b) => b - a))
    .map((list, authorId) => ({
      authorId,
      keys: Float64Array.from(list),
      postIds: Int32Array.from(list),
      newestKey: list[0] ?? 0,
    }))
    .toSorted((a, b) => b.newestKey - a.newestKey);
  return { lists, knownAbove: 0 };
}
