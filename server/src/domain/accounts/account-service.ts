import type { MemoryBudget } from '../memory-budget.ts';
import { profileChanging } from './changing-profiles.ts';
import { accountFinding } from './finding.ts';
import { publicAccounts } from './profile-memory.ts';
import { profiles } from './profiles.ts';
import { type SigningUpNeeds, signingUp } from './signing-up.ts';

/** Signs people up, finds them, and shows and changes their profiles. */
export type AccountService = ReturnType<typeof signingUp> &
  ReturnType<typeof accountFinding> &
  Omit<ReturnType<typeof profiles>, 'readOwn'> &
  ReturnType<typeof profileChanging>;

type Needs = SigningUpNeeds & { memory: MemoryBudget };

export function accountService(needs: Needs): AccountService {
  const { database, now, memory } = needs;
  const findPublic = publicAccounts(database, memory.profiles);
  const { readOwn, ...reading } = profiles({ database, memory, findPublic });
  return {
    ...signingUp({ ...needs, readOwn }),
    ...accountFinding({ database, findPublic }),
    ...reading,
    ...profileChanging({ database, now, readMe: reading.readMe }),
  };
}
