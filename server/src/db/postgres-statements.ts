import { codeOf } from './outages.ts';
import { statementName } from './statement-names.ts';

type NamedQuery = { name: string; text: string; values: unknown[] };

/** Which statements a pool prepares on the server by name (docs/decisions/0048). */
export type NamedStatements = {
  /** The query with its name; null when it has none. */
  named(sql: unknown, parameters: unknown): NamedQuery | null;
  /** Whether the server refused the name and not the statement. Later statements have other names then, or none. */
  isRefused(error: unknown): boolean;
};

export function namedStatements(): NamedStatements {
  let isOff = false;
  let generation = 0;

  return {
    named(sql, parameters) {
      if (isOff || typeof sql !== 'string' || !Array.isArray(parameters)) return null;
      const name = statementName(sql);
      if (name === undefined) return null;
      return {
        name: generation === 0 ? name : `${name}_${generation}`,
        text: sql,
        values: parameters,
      };
    },

    isRefused(error) {
      const code = codeOf(error);
      if (poolerCodes.has(code)) isOff = true;
      else if (isChangedResult(error)) generation += 1;
      else return false;
      return true;
    },
  };
}

/**
 * A statement is not there, or there already: between us and the server is a pooler that gives each transaction another
 * connection, and keeps no statements for its clients as PgBouncer does since 1.21.
 */
const poolerCodes = new Set(['26000', '42P05']);

/** A migration has changed the columns of a statement that the server keeps. */
function isChangedResult(error: unknown): boolean {
  return codeOf(error) === '0A000' && error instanceof Error && /cached plan/.test(error.message);
}

/** Whether a transaction that ended so may be run again: by then its statements have no such names any more. */
export function isRefusedName(error: unknown): boolean {
  return poolerCodes.has(codeOf(error)) || isChangedResult(error);
}
