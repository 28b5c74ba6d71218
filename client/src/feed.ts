import type { Input, InputArguments, ItemOf, PagedId } from './operations.ts';
import type { RookeryClient } from './rookery-client.ts';
import { listeners } from './session.ts';

/** What a screen shows of a list. A new object after each change, so it can be compared by `===`. */
export type FeedState<Item> = {
  readonly items: readonly Item[];
  /** Whether `loadMore` may bring more. True before the first page. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Why the last page did not come; `loadMore` tries again. */
  readonly error: Error | null;
};

/** A list that grows while somebody scrolls. No method uses `this`. */
export type Feed<Item> = {
  /** The same object until something changes. */
  getState(): FeedState<Item>;
  /** Calls the listener after each change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Reads the next page. While one is read, waits for that. Never throws: see `error`. */
  loadMore(): Promise<void>;
  /** Reads the first page again and puts what is new on top. Never throws: see `error`. */
  loadNew(): Promise<void>;
  /** Puts an item on top, such as a post that was just made; one that is there already is replaced in its place. */
  prepend(item: Item): void;
  /** Replaces an item, such as a post that was just liked. */
  update(item: Item): void;
  remove(item: Item): void;
  /** Ends what is being read. A later `loadMore` starts again. */
  close(): void;
};

type Page<Item> = { items: Item[]; nextCursor: string | null };

/**
 * Makes a feed of any paged operation. Items that the pages repeat are shown once.
 * @example
 * const feed = createFeed(client, 'readTimeline', { query: { limit: 20 } });
 * feed.subscribe(() => render(feed.getState()));
 * await feed.loadMore();
 */
export function createFeed<Id extends PagedId>(
  client: Pick<RookeryClient, 'call'>,
  id: Id,
  ...[input = {} as Input<Id>]: InputArguments<Id>
): Feed<ItemOf<Id>> {
  return feedOf(async (cursor, signal) => {
    const { query } = input as { query?: object };
    const of = { ...input, query: cursor === null ? query : { ...query, cursor }, signal };
    const page: unknown = await client.call(id, ...([of] as unknown as InputArguments<Id>));
    return page as Page<ItemOf<Id>>;
  });
}

function feedOf<Item>(
  read: (cursor: string | null, signal: AbortSignal) => Promise<Page<Item>>,
): Feed<Item> {
  const changes = listeners<[]>();
  let state: FeedState<Item> = { items: [], hasMore: true, isLoading: false, error: null };
  let cursor: string | null = null;
  let hasStarted = false;
  let running: { promise: Promise<void>; abort: AbortController } | null = null;

  function change(part: Partial<FeedState<Item>>): void {
    state = { ...state, ...part };
    changes.notify();
  }

  function alone(cursorNow: () => string | null, take: (page: Page<Item>) => void): Promise<void> {
    if (running) return running.promise;
    const abort = new AbortController();
    const work = async () => {
      try {
        const page = await read(cursorNow(), abort.signal);
        if (abort.signal.aborted) return;
        running = null;
        take(page);
      } catch (error) {
        if (abort.signal.aborted) return;
        running = null;
        change({ isLoading: false, error: error as Error });
      }
    };
    const promise = Promise.resolve().then(work);
    running = { promise, abort };
    change({ isLoading: true, error: null });
    return promise;
  }

  function append({ items, nextCursor }: Page<Item>): void {
    cursor = nextCursor;
    hasStarted = true;
    const added = items.filter((item) => indexOf(item) === -1);
    change({ items: [...state.items, ...added], hasMore: nextCursor !== null, isLoading: false });
  }

  function putOnTop(page: Page<Item>): void {
    const isKnown = page.items.some((item) => indexOf(item) !== -1);
    // More is new than one page has: what was read before would leave a gap.
    const hasGap = hasStarted && !isKnown && page.nextCursor !== null;
    const rest = hasGap ? [] : state.items.filter((item) => !isIn(page.items, item));
    if (!hasStarted || hasGap) {
      cursor = page.nextCursor;
      hasStarted = true;
    }
    change({ items: [...page.items, ...rest], hasMore: cursor !== null, isLoading: false });
  }

  function indexOf(item: Item): number {
    const key = keyOf(item);
    return state.items.findIndex((other) => keyOf(other) === key);
  }

  function update(item: Item): void {
    if (indexOf(item) === -1) return;
    const key = keyOf(item);
    change({ items: state.items.map((other) => (keyOf(other) === key ? item : other)) });
  }

  return {
    getState: () => state,
    subscribe: changes.subscribe,
    loadMore: () => (state.hasMore ? alone(() => cursor, append) : Promise.resolve()),
    loadNew: () => alone(() => null, putOnTop),
    prepend(item) {
      if (indexOf(item) === -1) change({ items: [item, ...state.items] });
      else update(item);
    },
    update,
    remove(item) {
      if (indexOf(item) === -1) return;
      change({ items: state.items.filter((other) => !isIn([item], other)) });
    },
    close() {
      running?.abort.abort();
      running = null;
      if (state.isLoading) change({ isLoading: false });
    },
  };
}

/** What tells items apart; those without an id are told apart as objects. */
function keyOf(item: unknown): unknown {
  return (item as { id?: unknown }).id ?? item;
}

function isIn(items: readonly unknown[], item: unknown): boolean {
  return items.some((other) => keyOf(other) === keyOf(item));
}
