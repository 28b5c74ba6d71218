import type { BrowserWindow } from '../src/index.ts';

type Listener = (event: { key: string | null }) => void;

/** Tabs of one web app: what one writes to `localStorage` the others hear of, and they share locks. */
export function tabs() {
  const texts = new Map<string, string>();
  const all: Set<Listener>[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** A tab; without locks it is one of a page that came over plain HTTP. */
  function open({ hasLocks = true } = {}): BrowserWindow {
    const own = new Set<Listener>();
    all.push(own);
    const tell = (key: string) => {
      const others = all.filter((it) => it !== own).flatMap((it) => [...it]);
      queueMicrotask(() => others.forEach((listener) => listener({ key })));
    };
    return {
      document: {},
      localStorage: {
        getItem: (key) => texts.get(key) ?? null,
        setItem(key, value) {
          texts.set(key, value);
          tell(key);
        },
        removeItem(key) {
          texts.delete(key);
          tell(key);
        },
      },
      navigator: hasLocks ? { locks: { request } } : {},
      addEventListener: (_, listener) => void own.add(listener),
      removeEventListener: (_, listener) => void own.delete(listener),
    };
  }

  function request<T>(_: string, work: () => Promise<T>): Promise<T> {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  }

  return { open, texts };
}
