const waitMs = 2000;

/** Whether a Rookery answers at an address. */
export async function isRunning(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(waitMs) });
    const answer: unknown = await response.json();
    return response.ok && JSON.stringify(answer) === '{"status":"alive"}';
  } catch {
    return false;
  }
}
