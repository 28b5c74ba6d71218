import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * Rows after a place in a list that falls by a time and then by an id. Spelled out, because MariaDB reads no index for a
 * comparison of pairs.
 */
export function isAfterPlace(
  [time, id]: readonly [time: string, id: string],
  place: { at: string; id: number },
): RawBuilder<SqlBool> {
  const [timeColumn, idColumn] = [sql.ref(time), sql.ref(id)];
  return sql`(${timeColumn} <= ${place.at} and (${timeColumn} < ${place.at} or ${idColumn} < ${place.id}))`;
}
