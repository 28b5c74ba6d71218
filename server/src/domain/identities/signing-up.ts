import type { Tx } from '../../db/database.ts';
import { createAccount } from '../accounts/account-creation.ts';
import { readTakenNames } from '../accounts/account-name-store.ts';
import type { Name } from '../accounts/account-names.ts';
import { usernameCandidates } from '../accounts/derived-username.ts';
import { newAccountRow } from '../accounts/new-account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { LanguageCode } from '../language-code.ts';
import type { Now, ProvidedIdentity } from '../ports.ts';
import { plausibleEmail, shownName } from './identity.ts';
import { Overtaken } from './overtaken.ts';

type Needs = { now: Now; audit: AuditLog; chance: () => number };

/** Where somebody comes from, and what they want. */
export type Origin = {
  /** For the audit log, as is the address. */
  provider: string;
  address: string;
  /** Whether a new account keeps an e-mail that the provider does not vouch for, as one that is not confirmed. */
  keepsClaim?: boolean;
  /** Of a new account. */
  language?: LanguageCode;
};

export type IdentitySigningUp = ReturnType<typeof identitySigningUp>;

/** Makes accounts of what a provider says of people. */
export function identitySigningUp({ now, audit, chance }: Needs) {
  /** @throws Overtaken when somebody was faster to take a name */
  async function signUp(
    tx: Tx,
    who: ProvidedIdentity,
    { id, origin, isCrowded }: { id: number; origin: Origin; isCrowded: boolean },
  ): Promise<void> {
    const at = now().toISOString();
    const isKept = who.isEmailVerified || origin.keepsClaim === true;
    const email = isKept ? plausibleEmail(who.email) : null;
    const username = await freeUsername(tx, who, isCrowded);
    const row = newAccountRow({
      id,
      username,
      email,
      emailVerifiedAt: email !== null && who.isEmailVerified ? at : null,
      displayName: shownName(who.name),
      ...(origin.language ? { language: origin.language } : {}),
      passwordHash: null,
      role: 'user',
      at,
    });
    const entry = {
      action: 'account.created' as const,
      actorId: id,
      address: origin.address,
      details: { by: 'identity', provider: origin.provider },
    };
    const overtaken = ({ kind }: Name) => new Overtaken(kind === 'username');
    await createAccount(tx, audit, { row, entry }, overtaken);
  }

  async function freeUsername(tx: Tx, who: ProvidedIdentity, isCrowded: boolean): Promise<string> {
    const candidates = usernameCandidates([who.name, who.email], chance);
    const taken = await readTakenNames(tx, candidates);
    // Where many want one name at once, each takes a number that nobody else draws.
    const preferred = isCrowded ? candidates.toReversed() : candidates;
    const free = preferred.find((candidate) => !taken.has(candidate));
    if (free === undefined) throw new Overtaken(true);
    return free;
  }

  return { signUp };
}
