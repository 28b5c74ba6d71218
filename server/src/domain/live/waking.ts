type Needs<T> = {
  /** What is not ready waits; `wake([])` tries again. */
  isReady: (item: T) => boolean;
  work: (items: readonly T[]) => Promise<void>;
  /** Told when the work fails, once until it succeeds. */
  onTrouble: (error: unknown) => void;
};

/** Between the end of one batch and the beginning of the next. */
const minGapMs = 100;

/** Works on items soon after they are woken, one batch at a time: at once when idle, else on all that gathered meanwhile. */
export function waking<T>({ isReady, work, onTrouble }: Needs<T>) {
  const woken = new Set<T>();
  let timer: NodeJS.Timeout | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  let hasTrouble = false;

  function wake(items: Iterable<T>): void {
    for (const item of items) woken.add(item);
    if (timer || ![...woken].some(isReady)) return;
    const waitMs = Math.max(0, endedAt + minGapMs - performance.now());
    timer = setTimeout(() => void run(), waitMs).unref();
  }

  async function run(): Promise<void> {
    const ready = [...woken].filter(isReady);
    for (const item of ready) woken.delete(item);
    try {
      await work(ready);
      hasTrouble = false;
    } catch (error) {
      if (!hasTrouble) onTrouble(error);
      hasTrouble = true;
    }
    endedAt = performance.now();
    timer = undefined;
    wake([]);
  }

  return { wake, forget: (item: T) => void woken.delete(item) };
}
