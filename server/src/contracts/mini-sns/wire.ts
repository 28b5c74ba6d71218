import { invalid } from '../../domain/errors.ts';
import { isKeepable } from '../../domain/text.ts';
import { fieldsOf } from '../older.ts';

/** The texts that a body must have. @throws DomainError `invalid` that names the first one missing */
export function textsOf<const K extends string>(
  body: unknown,
  names: readonly K[],
): Record<K, string> {
  const fields = fieldsOf(body);
  const texts = names.map((name) => {
    const value = fields[name];
    if (typeof value !== 'string' || !isKeepable(value)) throw invalid(name, 'must be a text');
    return [name, value];
  });
  return Object.fromEntries(texts) as Record<K, string>;
}
