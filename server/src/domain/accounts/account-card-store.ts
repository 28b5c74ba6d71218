import type { Db } from '../../db/database.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import { accountIsActive } from '../visibility/visibility-store.ts';
import type { AccountCard } from './account.ts';

export type CardRow = {
  id: number;
  username: string;
  display_name: string;
  avatar_key: string | null;
  avatar_blurhash: string | null;
};

/** Cards of accounts by id; deleted and disabled ones are left out, and with them all that they wrote. */
export async function readAccountCards(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, AccountCard>> {
  if (ids.length === 0) return new Map();
  const rows = await accountCards(db, { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, cardOf(row)]));
}

/** What a card is made of, besides the id, where `media` is joined as the profile picture. */
export const cardColumns = [
  'accounts.username',
  'accounts.display_name',
  'media.public_key as avatar_key',
  'media.blurhash as avatar_blurhash',
] as const;

const accountCards = prepared((db, args: { ids: number[] }) =>
  db
    .selectFrom('accounts')
    .leftJoin('media', (join) =>
      join.onRef('media.id', '=', 'accounts.avatar_media_id').on('media.state', '=', 'ready'),
    )
    .select(['accounts.id', ...cardColumns])
    .where(isAmong(db, 'accounts.id', args.ids))
    .where(accountIsActive()),
);

export function cardOf(row: CardRow): AccountCard {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    avatar: row.avatar_key ? { publicKey: row.avatar_key, blurhash: row.avatar_blurhash } : null,
  };
}
