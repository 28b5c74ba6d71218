import type { Database, Tx } from '../../db/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Now, PasskeyAnswer, PasskeyVerifier, TokenSigner } from '../ports.ts';
import { userHandle, wrongAnswer } from './passkey.ts';
import { findPasskey, notePasskeyUse } from './passkey-store.ts';

/**
 * Looks at the answer of a passkey to a challenge.
 * @throws DomainError `invalid` (response)
 */
export type PasskeyCheck = (
  answer: PasskeyAnswer,
  challenge: string,
  address: string,
) => Promise<ShownPasskey>;

export type ShownPasskey = {
  accountId: number;
  /** Whether the authenticator verified its user, by a fingerprint or a PIN. */
  isUserVerified: boolean;
  /** Notes the use, in the transaction of what it allows. @throws DomainError `invalid` when the counter fell behind */
  use: (tx: Tx) => Promise<void>;
};

type Needs = {
  database: Database;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  verifier: PasskeyVerifier;
  audit: AuditLog;
};

export function passkeyCheck({ database, now, tokens, verifier, audit }: Needs): PasskeyCheck {
  return async (answer, challenge, address) => {
    const passkey = await findPasskey(database, answer.id);
    if (!passkey) throw wrongAnswer();
    const accountId = passkey.account_id;
    const shown = await verifier.checkAnswer(answer, {
      challenge,
      credentialId: passkey.credential_id,
      publicKey: passkey.public_key,
      userHandle: userHandle(tokens, accountId),
    });
    if (!shown) throw wrongAnswer();
    const { counter, isUserVerified } = shown;
    // Signed by the right key, and yet older than what was seen: somebody has a copy of it.
    if (counter <= passkey.counter && (counter > 0 || passkey.counter > 0)) {
      await database.transaction((tx) =>
        audit.record(tx, {
          action: 'session.refused',
          accountId,
          actorId: null,
          address,
          details: { by: 'passkey', passkeyId: passkey.id, reason: 'counter' },
        }),
      );
      throw wrongAnswer();
    }
    return {
      accountId,
      isUserVerified,
      async use(tx) {
        const at = now().toISOString();
        if (!(await notePasskeyUse(tx, passkey.id, { counter, at }))) throw wrongAnswer();
      },
    };
  };
}
