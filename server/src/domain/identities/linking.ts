import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../errors.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import type { IdentityProvider, Now, ProvidedIdentity } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { standingOf } from '../visibility/visibility.ts';
import type { FlowProof } from './browser-flow.ts';
import type { CredentialProof } from './credential-check.ts';
import { type IdentityView, identityViewOf, maxIdentities, plausibleEmail } from './identity.ts';
import { noSuchIdentity, noteChange } from './identity-change.ts';
import type { IdentityProofs } from './identity-proofs.ts';
import { deleteIdentity, findIdentity, insertIdentity, listIdentities } from './identity-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  providers: readonly IdentityProvider[];
  proofs: Pick<IdentityProofs, 'check'>;
  checkOwner: OwnerCheck;
};

/** Links identities to the accounts of viewers. */
export function identityLinking(needs: Needs) {
  const { database, newId, now, audit, providers, proofs, checkOwner } = needs;

  /**
   * Makes an identity a way into the viewer's account, which asks for a fresh proof: it outlives the session. Doing it
   * twice changes nothing.
   * @throws DomainError as `OwnerCheck`, `signIn` and `confirm` · `conflict` (leads into another account, or there are too many)
   */
  async function link(
    viewer: Viewer,
    provider: string,
    proof: CredentialProof & Partial<FlowProof>,
    owner: OwnerProof,
  ): Promise<IdentityView> {
    await checkOwner(viewer, owner);
    const { address } = owner;
    const who = await proofs.check(provider, proof, viewer);
    const id = await newId('identities');
    await database.transaction((tx) => linkTo(tx, viewer, { id, provider, who, address }));
    const rows = await listIdentities(database, viewer.accountId);
    const row = rows.find((it) => it.issuer === who.issuer && it.subject === who.subject);
    if (!row) throw noSuchIdentity();
    return identityViewOf(row, providers);
  }

  async function linkTo(
    tx: Tx,
    viewer: Viewer,
    { id, provider, who, address }: Linked,
  ): Promise<void> {
    const { accountId } = viewer;
    // The provider took its time: the session may have ended meanwhile.
    await lockViewer(tx, viewer, now().toISOString());
    const { issuer, subject } = who;
    const known = await findIdentity(tx, issuer, subject);
    if (known?.account_id === accountId) return;
    if (known && standingOf(known) === 'closed') {
      await deleteIdentity(tx, known.id, known.account_id);
    } else if (known) throw leadsElsewhere();
    if ((await listIdentities(tx, accountId)).length >= maxIdentities) {
      throw new DomainError('conflict', `An account has at most ${maxIdentities} of these.`);
    }
    const at = now().toISOString();
    const row = { id, account_id: accountId, issuer, subject, email: plausibleEmail(who.email) };
    const isFirst = await insertIdentity(tx, { ...row, created_at: at, last_used_at: at });
    if (!isFirst) throw leadsElsewhere();
    await noteChange(tx, { now, audit }, 'identity.linked', {
      accountId,
      address,
      provider,
      identityId: id,
    });
  }

  return { link };
}

type Linked = { id: number; provider: string; who: ProvidedIdentity; address: string };

function leadsElsewhere(): DomainError {
  return new DomainError('conflict', 'This identity is linked to another account.');
}
