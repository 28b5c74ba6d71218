import type { MemoryBudget } from '../memory-budget.ts';
import type { ReadRelations } from '../visibility/relations.ts';
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

type Needs = SigningUpNeeds & { memory: MemoryBudget; relations: ReadRelations };

export function accountService(needs: Needs): AccountService {
  const { database, now, memory, relations } = needs;
  const findPublic = publicAccounts(database, memory.profiles);
  const { readOwn, ...reading } = profiles({
    database,
    memory,
    findPublic,
    relations,
  });
  return {
    ...signingUp({ ...needs, readOwn }),
    ...accountFinding({ database, findPublic, relations }),
    ...reading,
    ...profileChanging({ database, now, readMe: reading.readMe }),
  };
}
