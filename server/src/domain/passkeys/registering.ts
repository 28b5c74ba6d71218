import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { PasskeyRow } from '../../db/schema.ts';
import { noSuchAccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type {
  NewPasskey,
  Now,
  PasskeyAnswer,
  PasskeyCreation,
  PasskeyVerifier,
  TokenSigner,
} from '../ports.ts';
import { checkLine } from '../text.ts';
import type { VerificationService } from '../verifications/verification-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import {
  knownPasskey,
  maxPasskeys,
  type PasskeyView,
  passkeyViewOf,
  userHandle,
  wrongAnswer,
} from './passkey.ts';
import type { PasskeyChallenges } from './passkey-challenges.ts';
import { noteChange } from './passkey-change.ts';
import { insertPasskey, listPasskeys } from './passkey-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
  verifier: Pick<PasskeyVerifier, 'creationOptions' | 'checkCreation'>;
  verifications: Pick<VerificationService, 'consume'>;
  audit: AuditLog;
  checkOwner: OwnerCheck;
  challenges: PasskeyChallenges;
};

/** Adds passkeys to the accounts of viewers. */
export function passkeyRegistering(needs: Needs) {
  const { database, newId, now, tokens, verifier, verifications, audit } = needs;
  const { checkOwner, challenges } = needs;

  /** What a browser needs to make a passkey for the viewer. @throws DomainError `forbidden` (by app password) */
  async function beginRegistration(viewer: Viewer): Promise<PasskeyCreation> {
    checkScope(viewer, 'security');
    const { accountId } = viewer;
    const account = await findAccount(database, accountId);
    if (!account) throw noSuchAccount();
    const { username: name, display_name: displayName } = account;
    const known = await listPasskeys(database, accountId);
    return verifier.creationOptions({
      challenge: await challenges.begin('registration', viewer),
      user: { handle: userHandle(tokens, accountId), name, displayName },
      known: known.map(knownPasskey),
    });
  }

  /**
   * Keeps the passkey that a browser has made.
   * @throws DomainError as `OwnerCheck` · `invalid` (response) · `gone` · `expired` · `taken` · `conflict` (too many)
   */
  async function register(
    viewer: Viewer,
    { name, response, ...proof }: { name: string; response: PasskeyAnswer } & OwnerProof,
  ): Promise<PasskeyView> {
    checkLine('name', name);
    await checkOwner(viewer, proof);
    const { accountId } = viewer;
    const { challenge, verification } = await challenges.find('registration', response);
    if (verification.accountId !== accountId) throw wrongAnswer();
    const made = await verifier.checkCreation(response, challenge);
    if (!made) throw wrongAnswer();
    if ((await listPasskeys(database, accountId)).length >= maxPasskeys) {
      throw new DomainError('conflict', 'There are too many passkeys; delete one first.');
    }
    const row = rowOf(await newId('passkeys'), { accountId, name, made, at: now().toISOString() });
    await database.transaction(async (tx) => {
      await lockViewer(tx, viewer, row.created_at);
      await verifications.consume(tx, verification);
      if (!(await insertPasskey(tx, row))) {
        throw new DomainError('taken', 'This passkey is already registered.');
      }
      await noteChange(tx, { now, audit }, 'second-factor.added', row, proof.address);
    });
    return passkeyViewOf(row);
  }

  return { beginRegistration, register };
}

function rowOf(
  id: number,
  { accountId, name, made, at }: { accountId: number; name: string; made: NewPasskey; at: string },
): PasskeyRow {
  return {
    id,
    account_id: accountId,
    credential_id: made.credentialId,
    public_key: made.publicKey,
    counter: made.counter,
    transports: made.transports.join(','),
    name,
    created_at: at,
    last_used_at: null,
  };
}
