/** Metrics as Prometheus would read them: `name{label="value"}` → value. */
export type Metrics = ReadonlyMap<string, number>;

export async function scrape(port: number): Promise<{ text: string; metrics: Metrics }> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const metrics = new Map<string, number>();
  for (const line of lines) {
    const at = line.lastIndexOf(' ');
    metrics.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return { text, metrics };
}

/** Names of all metrics that were declared, also of those that have no value yet. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram'
      ? [name, ...['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)]
      : [name],
  );
}
