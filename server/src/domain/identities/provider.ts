import { DomainError } from '../errors.ts';
import type { IdentityProvider } from '../ports.ts';

/** @throws DomainError `not_found` */
export function providerOf(providers: readonly IdentityProvider[], name: string): IdentityProvider {
  const provider = providers.find((it) => it.name === name);
  if (!provider) throw new DomainError('not_found', 'There is no such identity provider here.');
  return provider;
}
