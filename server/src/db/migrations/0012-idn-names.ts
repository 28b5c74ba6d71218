import { domainToASCII } from 'node:url';
import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from './migration.ts';

/**
 * Names that are e-mails have their domain as DNS has it, so that `anna@müller.example` and `anna@xn--mller-kva.example` are one.
 * Where both are taken, the one that was written as DNS has it keeps the mailbox.
 */
export const idnNames: Migration = {
  name: '0012-idn-names',

  async up() {},

  backfill: {
    table: 'account_names',
    key: ['name_key'],

    where(db) {
      const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
      const letters = isSqlite ? sql`length(name_key)` : sql`char_length(name_key)`;
      return sql`name_key like '%@%' and octet_length(name_key) <> ${letters}`;
    },

    async fill(db, rows) {
      for (const { name_key: name } of rows) {
        const old = String(name);
        const plain = plainNameOf(old);
        if (plain !== old && !(await isTaken(db, plain))) {
          await sql`update account_names set name_key = ${plain} where name_key = ${old}`.execute(
            db,
          );
        }
      }
    },
  },

  // Either form is what the person has; which it was is in their account.
  async down() {},
};

async function isTaken(db: Kysely<unknown>, name: string): Promise<boolean> {
  const { rows } = await sql`select 1 from account_names where name_key = ${name}`.execute(db);
  return rows.length > 0;
}

/** As `foldName` does since then; a step does not change with the program. */
function plainNameOf(name: string): string {
  const at = name.lastIndexOf('@');
  const domain = name.slice(at + 1);
  if (!/[^\0-\x7f]/.test(domain) || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return name;
  return `${name.slice(0, at + 1)}${domainToASCII(domain) || domain}`;
}
