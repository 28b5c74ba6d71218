import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfCursor, type Page, type PageRequest } from '../../src/domain/paging.ts';
import { type Pipeline, readPage } from '../../src/domain/pipeline.ts';

type Entry = { key: number };

/** A list of which only some entries are shown. */
const lists = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.boolean()), {
  selector: ([key]) => key,
  maxLength: 200,
});

describe('a page of a list', () => {
  it('is full while there is more to show, and names the next page only if there is one', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 30 }), async (list, limit) => {
        const shown = list.filter(([, isShown]) => isShown).map(([key]) => key);
        const expected = shown.toSorted((a, b) => b - a);

        const pages = await readAll(pipelineOf(list), limit);

        expect(pages.flatMap(({ items }) => items)).toEqual(expected);
        for (const { items } of pages.slice(0, -1)) expect(items).toHaveLength(limit);
        if (expected.length > 0) expect(pages.at(-1)?.items).not.toEqual([]);
      }),
    );
  });

  it('holds the newest entries between two bounds, or those directly above the lower one', async () => {
    const bound = fc.option(fc.integer({ min: 1, max: 100_000 }));
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.integer({ min: 1, max: 30 }),
        bound,
        bound,
        async (list, limit, before, after) => {
          const part = list
            .filter(([key, isShown]) => isShown && key < (before ?? Infinity) && key > (after ?? 0))
            .map(([key]) => key)
            .toSorted((a, b) => b - a);
          const page = { limit, before, after };

          const newest = await readPage('posts', { ...page, from: 'newest' }, pipelineOf(list));
          const oldest = await readPage('posts', { ...page, from: 'oldest' }, pipelineOf(list));

          expect(newest.items).toEqual(part.slice(0, limit));
          expect(oldest.items).toEqual(part.slice(-limit));
        },
      ),
    );
  });

  it('loads details only of what it shows', async () => {
    const list = Array.from({ length: 10 }, (_, i): [number, boolean] => [i + 1, i % 2 === 0]);
    const presented: number[] = [];
    const pipeline = pipelineOf(list, presented);

    const { items } = await readPage('posts', { limit: 3, before: null }, pipeline);

    expect(items).toEqual([9, 7, 5]);
    expect(presented).toEqual([9, 7, 5]);
  });

  it('hydrates a thousand entries at a time', async () => {
    const list = Array.from({ length: 2500 }, (_, i): [number, boolean] => [i + 1, true]);
    const sizes: number[] = [];
    const pipeline = pipelineOf(list);
    const hydrate = async (entries: readonly Entry[]) => {
      sizes.push(entries.length);
      return pipeline.hydrate(entries);
    };

    const page = { limit: 2500, before: null };
    const { items } = await readPage('posts', page, { ...pipeline, hydrate });

    expect(items).toHaveLength(2500);
    expect(sizes).toEqual([1000, 1000, 500]);
  });
});

/** @param presented notes of what details were loaded */
function pipelineOf(
  list: ReadonlyArray<[key: number, isShown: boolean]>,
  presented: number[] = [],
): Pipeline<Entry, ReadonlyMap<number, boolean>, number> {
  const keys = list.map(([key]) => key).toSorted((a, b) => b - a);
  return {
    skeleton: async ({ before, after = null, from, limit }) => {
      const part = keys.filter(
        (key) => (before === null || key < before) && (after === null || key > after),
      );
      const rows = from === 'oldest' ? part.slice(-limit - 1) : part.slice(0, limit + 1);
      return rows.map((key) => ({ key }));
    },
    keyOf: ({ key }) => key,
    hydrate: async (entries) => {
      const wanted = new Set(entries.map(({ key }) => key));
      return new Map(list.filter(([key]) => wanted.has(key)));
    },
    rules: ({ key }, state) => state.get(key) === true,
    present: async (entries) => {
      presented.push(...entries.map(({ key }) => key));
      return entries.map(({ key }) => key);
    },
  };
}

async function readAll<S>(
  pipeline: Pipeline<Entry, S, number>,
  limit: number,
): Promise<Array<Page<number>>> {
  const pages: Array<Page<number>> = [];
  let next: PageRequest | null = { limit, before: null };
  while (next) {
    const page: Page<number> = await readPage('posts', next, pipeline);
    pages.push(page);
    const before: number | null =
      page.nextCursor === null ? null : keyOfCursor('posts', page.nextCursor);
    next = before === null ? null : { limit, before };
  }
  return pages;
}
