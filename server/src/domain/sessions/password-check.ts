import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { foldName } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-name-store.ts';
import { signInNames } from '../accounts/account-names.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import type { Counters, PasswordHasher } from '../ports.ts';
import { isActive } from '../visibility/visibility.ts';
import { loginThrottle } from './login-throttle.ts';
import { passwordRenewal } from './password-renewal.ts';
import { type Proof, type SignInContext, wrongPassword } from './session.ts';
import { hasSessionFrom } from './session-store.ts';

type Needs = {
  database: Database;
  passwords: PasswordHasher;
  counters: Counters;
  audit: AuditLog;
  /** See `AppPasswordService.findProof`. */
  appPasswords: { findProof(account: AccountRow | null, typed: string): Promise<Proof | null> };
};

/** What somebody types to sign in. */
export type Login = SignInContext & {
  /** Username, e-mail or login name. */
  login: string;
  password: string;
};

export type PasswordCheck = (login: Login) => Promise<{ id: number; proof: Proof }>;

/**
 * Checks a password, or an app password, and gives the account and the proof for `SessionService.open`. A refused attempt takes the
 * same time, account or not, and is in the audit log.
 * @throws DomainError `unknown_account` · `wrong_password` · `rate_limited`
 */
export function passwordCheck(needs: Needs): PasswordCheck {
  const { database, passwords, audit, appPasswords } = needs;
  const throttle = loginThrottle(needs.counters);
  const renew = passwordRenewal({ database, passwords });

  return async ({ login, password, device, audience }) => {
    const nameKey = foldName(login);
    const account = await findAccountByName(database, nameKey, signInNames);
    const isKnownAddress =
      account !== null && (await hasSessionFrom(database, account.id, device.address));
    const target = account ? { accountId: account.id } : { unknownName: nameKey };
    const attempt = { target, address: device.address, isKnownAddress };
    await throttle.begin(attempt);
    const appProof = await appPasswords.findProof(account, password);
    const hash = account?.password_hash ?? null;
    const isRight = appProof !== null || (await passwords.verify(hash, password));
    if (!account || !isRight || !isActive(account)) {
      await database.transaction((tx) =>
        audit.record(tx, {
          action: 'session.refused',
          accountId: account?.id ?? null,
          actorId: null,
          address: device.address,
          details: { by: 'password', audience },
        }),
      );
      if (account) throw wrongPassword();
      throw new DomainError('unknown_account', 'The login or password is incorrect.');
    }
    await throttle.forgive(attempt);
    if (appProof) return { id: account.id, proof: appProof };
    const passwordHash = await renew(account.id, hash ?? '', password);
    return { id: account.id, proof: { by: 'password', passwordHash } };
  };
}
