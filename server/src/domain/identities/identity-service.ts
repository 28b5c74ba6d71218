import type { Database, Tx } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { IdentityRow } from '../../db/schema.ts';
import { findAccount } from '../accounts/account-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { checkScope } from '../credential.ts';
import { DomainError, type ErrorCode } from '../errors.ts';
import { emit } from '../events.ts';
import type { LanguageCode } from '../language-code.ts';
import type { OwnerCheck, OwnerProof } from '../owner-proof.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import type { IdentityProvider, Now, ProvidedIdentity } from '../ports.ts';
import { endPending } from '../sessions/access-ending.ts';
import {
  type OpenSession,
  type Proof,
  type SessionTokens,
  type SignInContext,
} from '../sessions/session.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { Viewer } from '../viewer.ts';
import { lockViewer } from '../viewer-lock.ts';
import { standingOf } from '../visibility/visibility.ts';
import { type IdentityView, maxIdentities, type ProviderView, plausibleEmail } from './identity.ts';
import type { Joined, JoinIdentity } from './identity-joining.ts';
import type { CredentialProof, FlowProof, IdentityProofs } from './identity-proofs.ts';
import { deleteIdentity, findIdentity, insertIdentity, listIdentities } from './identity-store.ts';

/** Where somebody comes in, who may get an account by that: in this language, where the client says one. */
type Entrance = SignInContext & { language?: LanguageCode };

export type IdentityService = ReturnType<typeof identityService>;

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  audit: AuditLog;
  sessions: Pick<SessionService, 'open' | 'openPlain'>;
  providers: readonly IdentityProvider[];
  proofs: IdentityProofs;
  checkOwner: OwnerCheck;
  join: JoinIdentity;
};

/** What is noted as a refusal: somebody came, and was not let in. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'invalid',
  'gone',
  'expired',
  'conflict',
  'forbidden',
  'wrong_password',
]);

export type SignedIn<Session = SessionTokens> = Pick<Joined, 'isNew' | 'isFirst'> & {
  session: Session;
};

/** Signs people in by what a provider says of them, and links providers to accounts. */
export function identityService(needs: Needs) {
  const { database, newId, now, audit, sessions, providers, proofs, join, checkOwner } = needs;

  /** What this server offers. */
  function listProviders(): ProviderView[] {
    return providers.map(({ name, credential, codeFlow }) => ({
      name,
      credential,
      hasCodeFlow: codeFlow !== null,
    }));
  }

  /**
   * Signs somebody in, up first if need be, by what an app got from the provider.
   * @throws DomainError `not_found` (provider) · `invalid` (idToken, accessToken, nonce) · `conflict` (the address is
   * somebody's) · `forbidden` (closed, disabled) · `second_factor_required` · `unavailable`
   */
  async function signIn(
    provider: string,
    proof: CredentialProof,
    context: Entrance,
  ): Promise<SignedIn> {
    return enter(provider, () => proofs.checkCredential(provider, proof), context, sessions.open);
  }

  /**
   * As `signIn`, for a session whose tokens are made elsewhere. A new account keeps an e-mail that the provider names
   * without vouching for it, when nobody else has it: unconfirmed, like one that somebody signs up with.
   * @throws DomainError as `signIn`
   */
  async function signInPlain(
    provider: string,
    proof: CredentialProof,
    context: Entrance,
  ): Promise<SignedIn<OpenSession>> {
    const check = () => proofs.checkCredential(provider, proof);
    return enter(provider, check, { ...context, keepsClaim: true }, sessions.openPlain);
  }

  /** The same by what a browser brought back. @throws DomainError as `signIn`, with state, code and iss · `gone` · `expired` */
  async function confirm(provider: string, proof: FlowProof, context: Entrance): Promise<SignedIn> {
    return enter(provider, () => proofs.checkFlow(provider, proof, null), context, sessions.open);
  }

  async function enter<Session>(
    provider: string,
    check: () => Promise<ProvidedIdentity>,
    { keepsClaim = false, language, ...context }: Entrance & { keepsClaim?: boolean },
    open: (accountId: number, proof: Proof, context: SignInContext) => Promise<Session>,
  ): Promise<SignedIn<Session>> {
    const { address } = context.device;
    try {
      const origin = { provider, address, keepsClaim, ...(language ? { language } : {}) };
      const who = await check();
      const { accountId, ...how } = await join(who, origin);
      const use = (tx: Tx) => checkLeadsTo(tx, who, accountId);
      return { session: await open(accountId, { by: 'identity', use }, context), ...how };
    } catch (error) {
      if (error instanceof DomainError && refusals.has(error.code)) {
        const details = { by: 'identity', provider, audience: context.audience, code: error.code };
        const entry = { accountId: null, actorId: null, address, details };
        await database.transaction((tx) =>
          audit.record(tx, { action: 'session.refused', ...entry }),
        );
      }
      throw error;
    }
  }

  /** It may have been removed since, together with all that was open. @throws DomainError `wrong_password` */
  async function checkLeadsTo(
    tx: Tx,
    { issuer, subject }: ProvidedIdentity,
    accountId: number,
  ): Promise<void> {
    if ((await findIdentity(tx, issuer, subject))?.account_id === accountId) return;
    throw new DomainError('wrong_password', 'The account has changed; sign in again.');
  }

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
    return viewOf(row);
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
    if (known && standingOf(known) === 'closed')
      await deleteIdentity(tx, known.id, known.account_id);
    else if (known) throw leadsElsewhere();
    if ((await listIdentities(tx, accountId)).length >= maxIdentities) {
      throw new DomainError('conflict', `An account has at most ${maxIdentities} of these.`);
    }
    const at = now().toISOString();
    const row = { id, account_id: accountId, issuer, subject, email: plausibleEmail(who.email) };
    const isFirst = await insertIdentity(tx, { ...row, created_at: at, last_used_at: at });
    if (!isFirst) throw leadsElsewhere();
    await noteChange(tx, 'identity.linked', { accountId, address, provider, identityId: id });
  }

  /** What leads into the viewer's account, the first linked first. */
  async function list(viewer: Viewer): Promise<IdentityView[]> {
    return (await listIdentities(database, viewer.accountId)).map(viewOf);
  }

  /**
   * Closes a way into the viewer's account.
   * @throws DomainError `forbidden` (by app password) · `not_found` · `conflict` (it is the last)
   */
  async function unlink(viewer: Viewer, id: number, address: string): Promise<void> {
    checkScope(viewer, 'security');
    const { accountId } = viewer;
    await database.transaction(async (tx) => {
      // Two that are unlinked at once must not both see the other.
      await lockViewer(tx, viewer, now().toISOString());
      const rows = await listIdentities(tx, accountId);
      const row = rows.find((it) => it.id === id);
      if (!row) throw noSuchIdentity();
      const account = await findAccount(tx, accountId);
      const hasOther =
        rows.length > 1 ||
        Boolean(account?.password_hash) ||
        (await listPasskeys(tx, accountId)).length > 0;
      if (!hasOther) throw lastWayIn();
      await deleteIdentity(tx, id, accountId);
      const provider = viewOf(row).provider;
      await noteChange(tx, 'identity.unlinked', { accountId, address, provider, identityId: id });
    });
  }

  async function noteChange(
    tx: Tx,
    action: 'identity.linked' | 'identity.unlinked',
    { accountId, address, ...details }: Change,
  ): Promise<void> {
    await endPending(tx, accountId, { at: now().toISOString(), isByOwner: true });
    await audit.record(tx, { action, accountId, actorId: accountId, address, details });
    await emit(tx, now(), 'account.changed', { accountId, what: 'identity' });
  }

  function viewOf(row: IdentityRow): IdentityView {
    return {
      id: row.id,
      provider: providers.find((it) => it.issuer === row.issuer)?.name ?? null,
      email: row.email,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
    };
  }

  return { listProviders, signIn, signInPlain, begin: proofs.begin, confirm, link, list, unlink };
}

type Linked = { id: number; provider: string; who: ProvidedIdentity; address: string };

type Change = {
  accountId: number;
  address: string;
  provider: string | null;
  identityId: number;
};

function noSuchIdentity(): DomainError {
  return new DomainError('not_found', 'There is no such identity.');
}

function leadsElsewhere(): DomainError {
  return new DomainError('conflict', 'This identity leads into another account.');
}

function lastWayIn(): DomainError {
  return new DomainError(
    'conflict',
    'This is the only way into the account. Set a password first, or link another identity.',
  );
}
