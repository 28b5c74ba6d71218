import type { Database } from '../../db/database.ts';
import type { AccountRow } from '../../db/schema.ts';
import { passwordFingerprint } from '../accounts/password-fingerprint.ts';
import { DomainError } from '../errors.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { plainSecret } from '../readable-secret.ts';
import type { Proof } from '../sessions/session.ts';
import { appPasswordBytes, appPasswordHash } from './app-password.ts';
import { findAppPasswordId, noteAppPasswordUse } from './app-password-store.ts';
import { findOwnerMark, nobody } from './owner-mark.ts';

type Needs = { database: Database; now: Now; tokens: Pick<TokenSigner, 'mac'> };

type Owner = Pick<AccountRow, 'id' | 'password_hash'>;

/** Recognizes app passwords where a password is typed. */
export function appPasswordProving({ database, now, tokens }: Needs) {
  /** The proof that a typed text is when it is an app password of the account. */
  async function findProof(account: Owner | null, typed: string): Promise<Proof | null> {
    const plain = plainSecret(typed, appPasswordBytes);
    if (plain === null) return null;
    const owner = account ?? nobody;
    const ownerMark = passwordFingerprint(tokens, owner);
    const id = await findAppPasswordId(database, {
      accountId: owner.id,
      passwordHash: appPasswordHash(tokens, owner.id, plain),
      ownerMark,
    });
    if (id === null) return null;
    return {
      by: 'app-password',
      appPasswordId: id,
      async use(tx) {
        // The password of the account may have changed since, and this one ended with it.
        const current = await findOwnerMark({ db: tx, tokens }, owner.id);
        const isUsed = await noteAppPasswordUse(tx, id, now().toISOString());
        if (isUsed && current === ownerMark) return;
        throw new DomainError('wrong_password', 'The login or password is incorrect.');
      },
    };
  }

  return { findProof };
}
