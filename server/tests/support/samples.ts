import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './server.ts';

/** What clients of an older server look at in an answer: how it went, what it is, and which keys have values of which type. */
export function seenIn({ status, headers, body }: Answer): [number, unknown, unknown] {
  return [status, headers['content-type'], typesIn(body)];
}

/** A sample answer of JSON, as `seenIn` sees it. */
export function sampleOf(status: number, body: unknown): [number, string, unknown] {
  return [status, 'application/json', typesIn(body)];
}

/** The same with the names of types instead of values; a list is told by its first item. */
function typesIn(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(typesIn);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typesIn(item)]));
}

/** Header and claims of a JWT. */
export function tokenParts(token: string): [head: object, claims: Record<string, unknown>] {
  const [head = '', claims = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return [read(head), read(claims)];
}

/** What a mail or text message says where it matches, once a program has written one; `known` is looked past. */
export async function foundIn(folder: string, pattern: RegExp, known = ''): Promise<string> {
  for (let tries = 0; tries < 400; tries += 1) {
    for (const text of textsIn(folder)) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined && found !== known) return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing in ${folder} matches ${pattern}.`);
}

function textsIn(folder: string): string[] {
  // The folder is made with the first file.
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => /\.(eml|json)$/.test(file));
  return files.map((file) => readFileSync(join(folder, file), 'utf8'));
}
