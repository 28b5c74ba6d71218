import type { Answer } from '../support/server.ts';

type Entry = { kind: string; status: number; ms: number; at: number; isPolite: boolean };

export type Summary = {
  requests: number;
  succeeded: number;
  /** 503 with `Retry-After`. */
  unavailable: number;
  /** Everything else that is no success: other statuses, 503 without `Retry-After`, no answer. */
  wrong: number;
  statuses: string;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  slowest: string;
};

export type Recorder = ReturnType<typeof recorder>;

/** Times every request and keeps what became of it. */
export function recorder() {
  const entries: Entry[] = [];

  /** The answer, or null when there was none. */
  async function measure(kind: string, request: () => Promise<Answer>): Promise<Answer | null> {
    const from = performance.now();
    const answer = await request().catch(() => null);
    const status = answer?.status ?? 0;
    const isPolite = status === 503 && answer?.headers['retry-after'] !== undefined;
    entries.push({ kind, status, ms: performance.now() - from, at: Date.now(), isPolite });
    return answer;
  }

  /** Of the answers in a span of time; default: of all. */
  function summary({ from = 0, to = Number.POSITIVE_INFINITY } = {}): Summary {
    const within = entries.filter(({ at }) => at >= from && at < to);
    const times = within.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
    const succeeded = within.filter(({ status }) => status >= 200 && status < 300).length;
    const unavailable = within.filter(({ isPolite }) => isPolite).length;
    const slowest = within.reduce<Entry | null>((a, b) => (a && a.ms > b.ms ? a : b), null);
    return {
      requests: within.length,
      succeeded,
      unavailable,
      wrong: within.length - succeeded - unavailable,
      statuses: statusesOf(within),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      slowest: slowest ? `${slowest.kind} ${slowest.status}` : '',
    };
  }

  /** Seconds from a moment to the last answer that was no success; 0 when there was none. */
  function troubledFor(since: number): number {
    const bad = entries.filter(({ status, at }) => at > since && (status < 200 || status >= 300));
    const last = bad.at(-1);
    return last ? (last.at - since) / 1000 : 0;
  }

  return { measure, summary, troubledFor };
}

function statusesOf(entries: readonly Entry[]): string {
  const counts = new Map<string, number>();
  for (const { kind, status } of entries) {
    const name = status >= 200 && status < 300 ? '2xx' : `${kind} ${status || 'no answer'}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`).join(', ');
}
