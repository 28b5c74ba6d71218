import type { Database } from '../../db/database.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { hourMs } from '../durations.ts';
import { largeTotal } from '../large-total.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import type { UserDocumentList, UserDocumentView } from './user-document.ts';
import {
  countActiveDocuments,
  countUserDocuments,
  findUserDocument,
  listActiveDocuments,
  listUserDocuments,
} from './user-document-store.ts';
import { userDocumentViewOf } from './user-document-view.ts';

type Needs = { database: Database; now: Now };

/** Of one list: with documents of full size some megabytes. */
const maxListed = 500;
/** How long somebody counts as active after a login. */
const activeMs = 5 * hourMs;

/** Reads and lists documents. A total of more than 10,000 may be half a minute old. */
export function documentReading({ database, now }: Needs) {
  const activeSince = () => new Date(now().getTime() - activeMs).toISOString();
  const totalOfAll = largeTotal(() => countUserDocuments(database), now);
  const totalOfActive = largeTotal(() => countActiveDocuments(database, activeSince()), now);

  /** @throws DomainError `not_found` */
  async function read(viewer: Viewer, accountId: number): Promise<UserDocumentView> {
    const row = await findUserDocument(database, accountId);
    if (!row) throw noSuchAccount();
    return userDocumentViewOf(row, viewer);
  }

  /** The documents of all accounts, the newest account first; at most 500. */
  async function list(viewer: Viewer): Promise<UserDocumentList> {
    const rows = await listUserDocuments(database, maxListed);
    const total = await totalOfAll();
    return { items: rows.map((row) => userDocumentViewOf(row, viewer)), total };
  }

  /** The documents of those who signed in within five hours and have not signed out since, the latest first; at most 500. */
  async function listActive(viewer: Viewer): Promise<UserDocumentList> {
    const rows = await listActiveDocuments(database, { since: activeSince(), limit: maxListed });
    const total = await totalOfActive();
    return { items: rows.map((row) => userDocumentViewOf(row, viewer)), total };
  }

  return { read, list, listActive };
}
