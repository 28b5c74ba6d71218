import type { TSchema } from 'typebox';
import type { ContractApp } from './contract.ts';

/**
 * Fragments: the JSON of one item of a list, kept as bytes. Most of what a page of posts costs is to write the same posts again
 * for each viewer. Where the domain remembers rows it hands out the same object as long as nothing of it has changed, so the
 * object is the key, nothing must be forgotten, and a page is one concatenation (docs/decisions/0049).
 *
 * A contract that has lists of its own makes fragments of its own: a schema with an `$id`, and a function that turns the shared
 * object into what the schema describes. What depends on the viewer must be part of the shared object, as `likedByMe` is, or the
 * item must be serialized each time. Bytes always come from the serializer of the schema.
 */

/** JSON that is written already, in place of what a schema describes (`T`). */
export class Written<T> {
  /** For the compiler alone. */
  declare readonly describes: T;
  readonly bytes: Buffer;
  /** Of a page: where the next one begins. */
  readonly nextCursor: string | null;

  constructor(bytes: Buffer, nextCursor: string | null = null) {
    this.bytes = bytes;
    this.nextCursor = nextCursor;
  }
}

type Named = TSchema & { $id?: string };

/** Writes what a schema describes, as the routes do whose response it is. It is compiled when it is used first. */
export function writerOf(app: ContractApp, { $id }: Named): (value: unknown) => string {
  let write: ((value: unknown) => string) | undefined;
  return (value) => {
    write ??= compiled(app, `${$id}#`);
    return write(value);
  };
}

function compiled(app: ContractApp, $ref: string): (value: unknown) => string {
  const compile = app.serializerCompiler;
  if (!compile) throw new Error('The server is not ready.');
  return compile({ schema: { $ref }, method: '', url: '' });
}

/** Keeps the bytes of each object. @param write what is called once for each */
export function fragments<V extends object>(write: (shared: V) => string): (shared: V) => Buffer {
  const kept = new WeakMap<V, Buffer>();
  return (shared) => {
    let bytes = kept.get(shared);
    if (bytes === undefined) {
      bytes = Buffer.from(write(shared));
      kept.set(shared, bytes);
    }
    return bytes;
  };
}

const noItems = '"items":[]';
const comma = 0x2c;

/**
 * Puts items into the page that its serializer has written without any.
 * @param envelope has `"items":[]` once: in a text of JSON the quotes would be escaped
 */
export function pageOf(envelope: string, items: readonly Buffer[]): Buffer {
  const at = envelope.indexOf(noItems) + noItems.length - 1;
  const rest = envelope.slice(at);
  let length = Buffer.byteLength(envelope) + Math.max(0, items.length - 1);
  for (const item of items) length += item.length;
  const page = Buffer.allocUnsafe(length);
  let end = page.write(envelope.slice(0, at));
  for (const [i, item] of items.entries()) {
    if (i > 0) {
      page[end] = comma;
      end += 1;
    }
    page.set(item, end);
    end += item.length;
  }
  page.write(rest, end);
  return page;
}
