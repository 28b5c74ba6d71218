import { createHash } from 'node:crypto';

const names = new Map<string, string>();

/** A statement with more parameters than this exists in too many lengths to be kept by servers. */
const maxParameters = 128;

/** Lets servers keep a text prepared. Only texts of which a program has few may be given here. */
export function nameStatement({ sql, parameters }: StatementText): void {
  if (names.has(sql) || parameters.length > maxParameters) return;
  // The same text has the same name in every process: behind a pooler they may meet on one connection.
  names.set(sql, `r${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`);
}

type StatementText = { sql: string; parameters: readonly unknown[] };

/** The name of a text that servers may keep; undefined for any other. */
export function statementName(sql: string): string | undefined {
  return names.get(sql);
}
