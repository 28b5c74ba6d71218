import { AsyncLocalStorage } from 'node:async_hooks';

/** The database did not answer within the time that a request may wait for it, or a statement outside of one. */
class DatabaseTimeout extends Error {
  readonly code = 'DATABASE_TIMEOUT';

  constructor() {
    super('The database did not answer in time.');
    this.name = 'DatabaseTimeout';
  }
}

/** How long one request may wait for the database, in all its statements together. */
export type Budget = {
  leftMs: number;
  /** Waits under way; time that several pass at once counts once. */
  waits: number;
  waitingSince: number;
  /** True once nobody waits any more: what still runs is no longer the request's. */
  isOver: () => boolean;
};

const budgets = new AsyncLocalStorage<Budget>();

/** @param isOver tells when the request was answered; what it left running has no budget then */
export function budgetOf(limitMs: number, isOver: () => boolean = () => false): Budget {
  return { leftMs: limitMs, waits: 0, waitingSince: 0, isOver };
}

/** Runs `work` so that all it waits for in the database is paid from one budget. */
export function withBudget<T>(budget: Budget, work: () => T): T {
  return budgets.run(budget, work);
}

/** Runs what a request only sets off, such as jobs, outside of its budget. */
export function withoutBudget<T>(work: () => T): T {
  return budgets.exit(work);
}

/** How long the current request may still wait, in ms; `Infinity` outside of one. */
export function remainingMs(): number {
  const budget = current();
  return budget ? remainingOf(budget) : Number.POSITIVE_INFINITY;
}

type Limits<T> = {
  /** How long this may take outside of a request; `Infinity` for as long as it takes. */
  limitMs: number;
  /** Called when it takes longer, with what may still come. */
  giveUp: (late: Promise<T>) => void;
};

/**
 * Waits for the database no longer than the request may.
 * @throws DatabaseTimeout when the time is over · what `start` throws
 */
export async function waitAtMost<T>(
  start: () => Promise<T>,
  { limitMs, giveUp }: Limits<T>,
): Promise<T> {
  const budget = current();
  if (budget) begin(budget);
  const leftMs = budget ? Math.min(remainingOf(budget), limitMs) : limitMs;
  let timer: NodeJS.Timeout | undefined;
  try {
    if (leftMs <= 0) throw new DatabaseTimeout();
    const work = start();
    if (leftMs === Number.POSITIVE_INFINITY) return await work;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        work.catch(() => {});
        giveUp(work);
        reject(new DatabaseTimeout());
      }, rounded(leftMs));
    });
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    if (budget) end(budget);
  }
}

/** Node keeps a list of timers for each duration, so there should be few. */
function rounded(ms: number): number {
  return Math.ceil(ms / 50) * 50;
}

function current(): Budget | undefined {
  const budget = budgets.getStore();
  return budget?.isOver() ? undefined : budget;
}

function remainingOf({ leftMs, waits, waitingSince }: Budget): number {
  return waits === 0 ? leftMs : leftMs - (performance.now() - waitingSince);
}

function begin(budget: Budget): void {
  if (budget.waits === 0) budget.waitingSince = performance.now();
  budget.waits += 1;
}

function end(budget: Budget): void {
  budget.waits -= 1;
  if (budget.waits === 0) budget.leftMs -= performance.now() - budget.waitingSince;
}
