import { isDraft, isForAll, type PostView } from '../../domain/posts/post.ts';
import { mountOf } from '../addresses.ts';
import { WireFault } from '../contract.ts';
import { idOf } from '../older.ts';

export const mount = mountOf('hmlet');

export const photoMissing = 'Given photo id Doesnot exists';

/** 400 in the shape that most of its errors have. */
export function fault(text: string): WireFault {
  return new WireFault(400, { Error: text });
}

/** A post with a picture, as a photo. */
export function photoOf(view: PostView, publicUrl: string) {
  return {
    id: view.id,
    userid: view.author.id,
    posted: isDraft(view) ? 0 : 1,
    deleted: 0,
    url: urlOf(view, publicUrl),
    caption: view.text === '' ? null : view.text,
    created_at: dateOf(view.createdAt),
    updates_at: dateOf(latest(view.updatedAt, view.publishedAt)),
    published_at: dateOf(view.publishedAt ?? view.createdAt),
  };
}

/** What an upload was made into: a picture, or a file of another kind. */
export function fileOf({ media, documents }: PostView) {
  return media[0] ?? documents[0] ?? null;
}

/** Where everybody finds the picture of a published photo, and its owner that of a draft. */
function urlOf(view: PostView, publicUrl: string): string {
  const file = fileOf(view);
  const key = file?.publicKey ?? '';
  if (isForAll(view) && !file?.isDocument) return `${publicUrl}/v2/media/${key}/large`;
  return `${publicUrl}${mount}/pictures/${key}`;
}

/** Times sort as texts. */
function latest(updatedAt: string, publishedAt: string | null): string {
  return publishedAt !== null && publishedAt > updatedAt ? publishedAt : updatedAt;
}

/** RFC 1123: `Sat, 21 Nov 2026 01:31:47 GMT`. */
function dateOf(time: string): string {
  return new Date(time).toUTCString();
}

/** The number in an address: null when no photo could have it, undefined when it is none. */
export function numberIn(text: unknown): number | null | undefined {
  if (typeof text !== 'string' || !/^\d+$/.test(text)) return undefined;
  return idOf(text.replace(/^0+/, ''));
}

/** What is said of a value that has no length; null for one that has. */
export function lengthProblemOf(value: unknown): string | null {
  const type = typeNameOf(value);
  return type === null ? null : `object of type '${type}' has no len()`;
}

/** Its clients have seen the names of another language. */
function typeNameOf(value: unknown): string | null {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return null;
}
