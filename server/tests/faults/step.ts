/** What a step has shown: its figures, and what was not as it must be. */
export type Outcome = { figures: string; problems: string[] };

export type Options = {
  /** How long load runs, before and after each fault too. */
  seconds: number;
  /** How long a service is away. */
  outageSeconds: number;
  /** How long the broker is away. */
  brokerSeconds: number;
  jobs: number;
};

/** Collects what is not as it must be. */
export function expectations() {
  const problems: string[] = [];
  const expect = (what: string, seen: unknown, wanted: unknown): void => {
    const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
    if (a !== b) problems.push(`${what}: ${a} instead of ${b}`);
  };
  return { problems, expect };
}

/** Waits until something holds, for so many seconds at most. Returns whether it did. */
export async function until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await holds().catch(() => false)) return true;
    await pause(100);
  }
  return false;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
