import { type Static, type TSchema, Type } from 'typebox';
import { invalid } from '../../domain/errors.ts';
import { maxId, maxLongId } from '../../domain/id.ts';
import { languageCodes } from '../../domain/language-code.ts';

/** Parts that the schemas of several nouns share. */

export const time = (description: string) => Type.String({ format: 'date-time', description });
/** The id of an account, a post, a picture or a group. */
export const rowId = Type.Integer({ minimum: 1, maximum: maxId });
/** The id of a row of which there may be more than 2^31. */
export const longRowId = Type.Integer({ minimum: 1, maximum: maxLongId });

export const id = (description: string) =>
  Type.Integer({ minimum: 1, maximum: maxId, description });

export const longId = (description: string) =>
  Type.Integer({ minimum: 1, maximum: maxLongId, description });

/** Text without control characters and broken Unicode; lengths are code points. */
export const text = (options: { minLength?: number; maxLength: number; description: string }) =>
  Type.String({ ...options, 'x-text': true });

/** A reference to a schema of this document that keeps its type. */
export function ref<T extends TSchema & { $id?: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

/**
 * A value of one type or null. Said by `type` or with null first, the serializer tells them apart at a glance; a union
 * makes it validate each value against the schema.
 */
export function nullable<T extends TSchema & { type?: string }>(schema: T) {
  return schema.type === undefined
    ? Type.Unsafe<Static<T> | null>({ anyOf: [{ type: 'null' }, schema] })
    : Type.Unsafe<Static<T> | null>({ ...schema, type: [schema.type, 'null'] });
}

/** The answer of what has nothing to tell. */
export const NoContent = Type.Null({ description: 'Done; there is no body.' });

/** The answer of what follows by mail. */
export const Accepted = Type.Null({ description: 'Under way; there is no body.' });

export const email = Type.String({ format: 'idn-email', maxLength: 254 });

export const newPassword = Type.String({
  maxLength: 1000,
  'x-text': true,
  description: '8 to 128 characters.',
});

/** A password that exists, to be compared. */
export const password = (description: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description });

export const oneTimeToken = (description: string) =>
  Type.String({ minLength: 1, maxLength: 100, description });

/** One that mails are written in. */
export const language = Type.Enum(languageCodes, { description: 'Of the mails that you get.' });

/** A page of a list. */
export function pageSchema<T extends TSchema & { $id?: string; examples?: unknown }>(item: T) {
  return Type.Object(
    {
      items: Type.Array(ref(item)),
      nextCursor: nullable(
        Type.String({ description: 'For `cursor` of the next page; null on the last.' }),
      ),
    },
    {
      $id: `${item.$id}Page`,
      description: 'A page of a list; `Link: rel="next"` says the same.',
      examples: [{ items: item.examples, nextCursor: '7f3k2m9q0x' }],
    },
  );
}

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(
      Type.String({ maxLength: 64, description: '`nextCursor` of the page before.' }),
    ),
  },
  { additionalProperties: false },
);

/** Rejects a change that changes nothing, which is a mistake more often than not. @throws DomainError `invalid` */
export function checkNotEmpty(change: object): void {
  if (Object.keys(change).length === 0)
    throw invalid('body', 'must name at least one field to change');
}
