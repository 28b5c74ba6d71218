import { type TSchema, Type } from 'typebox';
import { longId, nullable, ref, text, time } from './fields.ts';

/** What passkeys and app passwords have in common. */

export const IdParams = Type.Object({ id: longId('Number in the list.') });

export const nameField = text({
  minLength: 1,
  maxLength: 100,
  description: 'To tell it from the others.',
});

export const credentialFields = {
  id: longId('Number in the list.'),
  name: Type.String(),
  createdAt: time('When it was made.'),
  lastUsedAt: nullable(time('When it was used last; null: never.')),
};

export const sampleCredential = {
  id: 1,
  name: 'My phone',
  createdAt: '2026-06-01T12:00:00.000Z',
  lastUsedAt: null,
};

/** All of one kind. */
export function credentialList<T extends TSchema & { $id?: string; examples?: unknown }>(item: T) {
  return Type.Object(
    { items: Type.Array(ref(item)) },
    {
      $id: `${item.$id}List`,
      description: 'All of yours, the newest first.',
      examples: [{ items: item.examples }],
    },
  );
}
