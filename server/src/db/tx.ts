import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Reads. A transaction can be read from as well, so every `Tx` is a `Db`. */
export type Db = Pick<Kysely<Schema>, 'selectFrom' | 'executeQuery' | 'getExecutor'>;

/** Reads and writes of one transaction. Only `transaction()` makes one. */
export type Tx = Pick<
  Transaction<Schema>,
  'selectFrom' | 'insertInto' | 'updateTable' | 'deleteFrom' | 'executeQuery' | 'getExecutor'
>;
