import { profiles } from './profiles.ts';
import { type SigningUpNeeds, signingUp } from './signing-up.ts';

/** Signs people up, and shows and changes their profiles. */
export type AccountService = ReturnType<typeof signingUp> &
  Omit<ReturnType<typeof profiles>, 'readOwn'>;

export function accountService(needs: SigningUpNeeds): AccountService {
  const { readOwn, ...verbs } = profiles(needs);
  return { ...signingUp({ ...needs, readOwn }), ...verbs };
}
