import { type Static, type TSchema, Type } from 'typebox';

export const time = (description: string) => Type.String({ format: 'date-time', description });
export const id = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 2147483647, description });

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
