import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that something is done for. Events that are written meanwhile keep it, so that their jobs know it too. */
export type Cause = {
  requestId: string;
  /** Of the trace that the request belongs to (W3C Trace Context); null where nothing is traced. */
  traceParent: string | null;
  /** What was started meanwhile and lasts longer, such as a timer or a connection, belongs to no request from then on. */
  isOver?: boolean;
};

const causes = new AsyncLocalStorage<Cause | null>();

/** Runs work for a request, and everything that the work starts. */
export function causedBy<T>(cause: Cause | null, work: () => T): T {
  return causes.run(cause, work);
}

/** As `causedBy`, for work whose end is the end of the cause; null: for no request. */
export async function causedUntilDone<T>(
  cause: Omit<Cause, 'isOver'> | null,
  work: () => Promise<T>,
): Promise<T> {
  const own: Cause | null = cause && { ...cause, isOver: false };
  try {
    return await causes.run(own, work);
  } finally {
    if (own) own.isOver = true;
  }
}

/** The request that the running code works for; null: none. */
export function currentCause(): Cause | null {
  const cause = causes.getStore() ?? null;
  return cause?.isOver ? null : cause;
}
