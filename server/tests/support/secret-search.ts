import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { listTables } from '../../src/db/reset.ts';
import type { TestServer } from './server.ts';

/** Columns that have to hold a secret, and why that is all right. */
const exceptions: Record<string, string[]> = {
  // Pushes are sent with it, and nobody but this server's own account at the push service can.
  devices: ['token'],
};

/** Every row of every table, a line each: `table {"column":"value"}`. */
export async function dumpOf({ app: { database } }: TestServer): Promise<string[]> {
  const lines: string[] = [];
  for (const table of await listTables(database)) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(
      database.kysely,
    );
    for (const row of rows) {
      for (const column of exceptions[table] ?? []) delete row[column];
      lines.push(`${table} ${JSON.stringify(row)}`);
    }
  }
  return lines;
}

const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-256'];

/** A text as it would stand somewhere that keeps it, or a plain digest of it. */
function tracesOf(text: string): string[] {
  const digests = algorithms.map((name) => createHash(name).update(text).digest());
  return digests.flatMap((digest) => [
    digest.toString('hex'),
    digest.toString('base64').replace(/=+$/, ''),
    digest.toString('base64url'),
  ]);
}

/** What was secret in a story: each text alone, and each request that held one. */
export type Secrets = { texts: ReadonlySet<string>; bodies: ReadonlySet<string> };

/** Lines that show a secret, or a plain digest of one or of a request that held one. */
export function linesWithSecrets(lines: readonly string[], { texts, bodies }: Secrets): string[] {
  const digests = new Set([...texts, ...bodies].flatMap(tracesOf));
  const lengths = [...new Set([...digests].map((digest) => digest.length))];
  const written = [...texts].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  return [...new Set(lines)].filter(
    (line) =>
      written.some((text) => isIn(line, text)) ||
      [line, line.toLowerCase()].some((spelled) => holdsOneOf(spelled, digests, lengths)),
  );
}

/** There are hundreds of thousands of digests: what could be one is cut out of the line and looked up. */
function holdsOneOf(line: string, digests: ReadonlySet<string>, lengths: readonly number[]) {
  const shortest = Math.min(...lengths);
  const runs = (line.match(/[\w+/-]+/g) ?? []).filter((run) => run.length >= shortest);
  return runs.some((run) =>
    lengths.some((length) => {
      for (let at = 0; at + length <= run.length; at += 1) {
        if (digests.has(run.slice(at, at + length))) return true;
      }
      return false;
    }),
  );
}

/** A code of a few digits may stand within a longer number by chance. */
function isIn(line: string, text: string): boolean {
  if (!/^\d{1,8}$/.test(text)) return line.includes(text);
  return new RegExp(`(?<![0-9a-zA-Z.:-])${text}(?![0-9a-zA-Z.:-])`).test(line);
}

/**
 * What a digest over a request may have been made of: as it was sent, and its first values in their order, with nulls for
 * what was left out.
 */
export function formsOfBody(body: object): string[] {
  const values: unknown[] = Object.values(body);
  const lists = values.flatMap((_, i) =>
    [0, 1, 2, 3].map((nulls) => [...values.slice(0, i + 1), ...Array(nulls).fill(null)]),
  );
  const texts = lists.flatMap((list) => [JSON.stringify(list), list.join(''), list.join(':')]);
  return [JSON.stringify(body), ...texts];
}
