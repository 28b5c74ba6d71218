import { setTimeout as sleep } from 'node:timers/promises';

const limitMs = 300_000;

/** Asks until `check` holds, and returns what it returned. @throws after five minutes */
export async function eventually<T>(what: string, check: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + limitMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await check();
      if (found !== null) return found;
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  throw new Error(`${what}: not within five minutes.`, { cause: last });
}

/** The first response that is none of a server that starts. */
export function responseOf(url: string): Promise<Response> {
  return eventually(url, async () => {
    const response = await fetch(url);
    return [502, 503, 504].includes(response.status) ? null : response;
  });
}
