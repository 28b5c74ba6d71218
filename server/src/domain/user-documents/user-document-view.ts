import { loginNameOf, publicNameOf } from '../accounts/login-name.ts';
import type { Viewer } from '../viewer.ts';
import type { UserDocument, UserDocumentView } from './user-document.ts';
import type { DocumentOfAccount } from './user-document-store.ts';

/** What a document says; an account without one has an empty one. */
export function contentOf({ content }: DocumentOfAccount): UserDocument {
  return content === null ? {} : JSON.parse(content);
}

/** Without a document the account never used such a client, and its login name may be a private e-mail. */
function nameFor(row: DocumentOfAccount, isOwn: boolean): string {
  return isOwn || row.content !== null ? loginNameOf(row) : publicNameOf(row);
}

/** A document as a viewer sees it. */
export function userDocumentViewOf(row: DocumentOfAccount, viewer: Viewer): UserDocumentView {
  const isOwn = viewer.accountId === row.id || viewer.role === 'admin';
  return {
    accountId: row.id,
    name: nameFor(row, isOwn),
    lastLoginAt: row.last_login_at,
    content: contentOf(row),
    isOwn,
    email: isOwn ? row.email : null,
  };
}
