import { profileChanging } from './changing-profiles.ts';
import { accountFinding } from './finding.ts';
import { profiles } from './profiles.ts';
import { type SigningUpNeeds, signingUp } from './signing-up.ts';

/** Signs people up, finds them, and shows and changes their profiles. */
export type AccountService = ReturnType<typeof signingUp> &
  ReturnType<typeof accountFinding> &
  Omit<ReturnType<typeof profiles>, 'readOwn'> &
  ReturnType<typeof profileChanging>;

export function accountService(needs: SigningUpNeeds): AccountService {
  const { database, now } = needs;
  const { readOwn, ...reading } = profiles({ database });
  return {
    ...signingUp({ ...needs, readOwn }),
    ...accountFinding({ database }),
    ...reading,
    ...profileChanging({ database, now, readMe: reading.readMe }),
  };
}
