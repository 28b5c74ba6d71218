import type { IdentityRow } from '../../db/schema.ts';
import { minuteMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import type { IdentityProvider } from '../ports.ts';
import { isBlank } from '../text.ts';

/** A way into an account through a provider, as the account's owner sees it. */
export type IdentityView = {
  id: number;
  /** Null when the provider is not offered any more. */
  provider: string | null;
  /** The address that the provider named when it was linked. */
  email: string | null;
  createdAt: string;
  lastUsedAt: string;
};

/** What this server offers. */
export type ProviderView = {
  name: string;
  credential: 'id-token' | 'access-token';
  hasCodeFlow: boolean;
};

/** How long somebody may take at the provider. */
export const flowLifeMs = 10 * minuteMs;

/** More than anybody needs; the list has no pages. */
export const maxIdentities = 20;

const maxNameLength = 50;
const maxEmailLength = 254;

/** A name to show: what the provider says, without what nobody sees; null when nothing is left. */
export function shownName(name: string | null): string | null {
  const visible = (name ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim();
  const cut = Array.from(visible).slice(0, maxNameLength).join('').trim();
  return isBlank(cut) ? null : cut;
}

/**
 * The provider's address when it has the form of one. Only ASCII: other letters would be folded to somebody else's address.
 */
export function plausibleEmail(email: string | null): string | null {
  const isPlausible =
    email !== null &&
    email.length <= maxEmailLength &&
    /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(email);
  return isPlausible ? email : null;
}

/** @param providers those that are offered */
export function identityViewOf(
  row: IdentityRow,
  providers: readonly IdentityProvider[],
): IdentityView {
  return {
    id: row.id,
    provider: providers.find((it) => it.issuer === row.issuer)?.name ?? null,
    email: row.email,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

/** The error for somebody whose account an admin has disabled. */
export function accountDisabled(): DomainError {
  return new DomainError('forbidden', 'This account is disabled.');
}
