import type { AccountChange, RemovedContent } from '../../events.ts';
import type { Letter } from '../letter.ts';

/** Every mail that is sent, in one language. Plain text: what comes from people is put in as it is. */
export type Language = {
  /** What was changed or removed, for templates of operators. */
  words: Readonly<Record<AccountChange | RemovedContent['what'], string>>;
  verifyEmail(facts: Proof): Letter;
  recoverPassword(facts: Pick<Proof, 'username' | 'link' | 'hours'>): Letter;
  /** To the owner of an address that somebody else wanted to use. */
  emailInUse(): Letter;
  changed(facts: { username: string; what: AccountChange }): Letter;
  /** To the present address, when another one was asked for; `hours` until that can be confirmed no more. */
  emailChangeAsked(facts: { username: string; hours: number }): Letter;
  /** To the author of something that moderators removed. */
  contentRemoved(facts: { username: string } & RemovedContent): Letter;
  /** To the address that the account had before. */
  emailReplaced(facts: { username: string }): Letter;
  /** To admins; `reason` is the program's own message. */
  backupFailed(facts: { username: string; time: string; reason: string }): Letter;
};

export type Proof = {
  username: string;
  link: string;
  /** How long the link works. */
  hours: number;
  /** Whether the link may be opened again. */
  isRepeatable: boolean;
  /** Null where there is nowhere to type one. */
  code: string | null;
  codeMinutes: number;
};
