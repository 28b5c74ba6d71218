import { pause } from './step.ts';

/** How long a probe may take, in ms: what the documentation promises, and time for a machine that is busy. */
const limitMs = 2000;

/** Asks both web processes for `/readyz` all the time, each time on a new connection, as an orchestrator does. */
export function watchReadiness(urls: readonly string[]) {
  const counts = new Map<string, number>();
  let longestMs = 0;
  const end = new AbortController();

  async function ask(url: string): Promise<void> {
    const since = performance.now();
    const headers = { connection: 'close' };
    const status = await fetch(`${url}/readyz`, { headers }).then(
      async (answer) => `${answer.status} ${statusIn(await answer.text())}`,
      () => 'no answer',
    );
    longestMs = Math.max(longestMs, performance.now() - since);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }

  const asking = urls.map(async (url) => {
    while (!end.signal.aborted) {
      await ask(url);
      await pause(300);
    }
  });

  return {
    async end() {
      end.abort();
      await Promise.all(asking);
      const seen = [...counts].map(([status, count]) => `${status} × ${count}`).join(', ');
      return { seen, longestMs: Math.round(longestMs), isLate: longestMs > limitMs };
    },
  };
}

function statusIn(text: string): string {
  return /"status":"([^"]*)"/.exec(text)?.[1] ?? '';
}
