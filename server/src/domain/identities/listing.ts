import type { Database } from '../../db/database.ts';
import type { IdentityProvider } from '../ports.ts';
import type { Viewer } from '../viewer.ts';
import { type IdentityView, identityViewOf, type ProviderView } from './identity.ts';
import { listIdentities } from './identity-store.ts';

type Needs = { database: Database; providers: readonly IdentityProvider[] };

/** Lists what leads into accounts. */
export function identityListing({ database, providers }: Needs) {
  /** What this server offers. */
  function listProviders(): ProviderView[] {
    return providers.map(({ name, credential, codeFlow }) => ({
      name,
      credential,
      hasCodeFlow: codeFlow !== null,
    }));
  }

  /** What leads into the viewer's account, the first linked first. */
  async function list(viewer: Viewer): Promise<IdentityView[]> {
    return (await listIdentities(database, viewer.accountId)).map((row) =>
      identityViewOf(row, providers),
    );
  }

  return { listProviders, list };
}
