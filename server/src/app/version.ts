import { readFileSync } from 'node:fs';

/** The version of the program; the package says it, beside `src` and `dist` alike. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
