import type { AppPasswordRow } from '../../db/schema.ts';
import type { TokenSigner } from '../ports.ts';

/** An app password as its owner sees it in the list. */
export type AppPasswordView = {
  id: number;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
};

/** 120 bits: nobody guesses one, so its fingerprint needs no slow hash. */
export const appPasswordBytes = 15;

/** How many an account may have. */
export const maxAppPasswords = 50;

/** Under which one is stored: they are long enough for a fingerprint without a slow hash. */
export function appPasswordHash(
  tokens: Pick<TokenSigner, 'mac'>,
  accountId: number,
  plain: string,
): string {
  return tokens.mac(`app password ${accountId} ${plain}`);
}

/** One as its owner sees it in the list. */
export function appPasswordViewOf(row: AppPasswordRow): AppPasswordView {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
