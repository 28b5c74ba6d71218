import { DomainError, invalid } from '../errors.ts';

/** A JSON object that clients keep about their user. Its shape belongs to the contract that serves it, which checks it. */
export type UserDocument = Readonly<Record<string, unknown>>;

/** A user document as a viewer sees it. */
export type UserDocumentView = {
  accountId: number;
  /** The login name, or the username of an account without one. */
  name: string;
  lastLoginAt: string | null;
  /** The keys that were ever given. */
  content: UserDocument;
  /** Whether the viewer is the owner or an admin; the contract hides what is private from others. */
  isOwn: boolean;
  /** Null for others. */
  email: string | null;
};

/** The first of a list, and how many there are in all. */
export type UserDocumentList = { items: UserDocumentView[]; total: number };

/** Of the whole document as JSON, in UTF-8. */
const maxBytes = 16 * 1024;
/** Objects and lists within each other. */
const maxDepth = 16;

/** A document as it is stored. @throws DomainError `invalid` (too deep) · `too_large` */
export function storedDocument(document: UserDocument): string {
  if (isDeeper(document, maxDepth)) throw invalid('document', `has more than ${maxDepth} levels`);
  const json = JSON.stringify(document);
  if (Buffer.byteLength(json) <= maxBytes) return json;
  throw new DomainError(
    'too_large',
    `A user document has at most ${maxBytes / 1024} KiB of JSON; shorten one of its lists.`,
  );
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
