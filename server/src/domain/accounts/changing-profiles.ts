import type { Database } from '../../db/database.ts';
import type { LanguageCode } from '../language-code.ts';
import type { Now } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { checkDisplayName, type OwnAccount } from './account.ts';
import { checkLives } from './account-lives.ts';
import { updateAccount } from './account-store.ts';

type Needs = {
  database: Database;
  now: Now;
  /** See `profiles`. */
  readMe: (viewer: Viewer) => Promise<OwnAccount>;
};

export type ProfileChange = { displayName?: string; bio?: string; language?: LanguageCode };

/** Changes what others see of accounts. */
export function profileChanging({ database, now, readMe }: Needs) {
  /** Changes what others see of the viewer. @throws DomainError `invalid` */
  async function updateMe(viewer: Viewer, change: ProfileChange): Promise<OwnAccount> {
    if (change.displayName !== undefined) checkDisplayName(change.displayName);
    await database.transaction(async (tx) => {
      await checkLives(tx, viewer.accountId);
      await updateAccount(tx, viewer.accountId, {
        ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
        ...(change.bio === undefined ? {} : { bio: change.bio }),
        ...(change.language === undefined ? {} : { language: change.language }),
        updated_at: now().toISOString(),
      });
    });
    return readMe(viewer);
  }

  return { updateMe };
}
