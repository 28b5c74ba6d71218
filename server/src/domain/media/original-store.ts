import type { Db } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';

export type OriginalRow = {
  id: number;
  account_id: number;
  original_key: string;
  bytes: number;
  username: string;
  login_name: string | null;
};

type OfAccount = { accountId: number | null };

/**
 * Pictures of published posts, and files, of those who have an account; the newest first. Counted pages, for clients that
 * ask for them by number.
 */
export function listOriginals(
  db: Db,
  { accountId, limit, offset }: OfAccount & { limit: number; offset: number },
): Promise<OriginalRow[]> {
  const range = { limit, offset };
  return accountId === null ? originals(db, range) : originalsOf(db, { accountId, ...range });
}

export async function countOriginals(db: Db, { accountId }: OfAccount): Promise<number> {
  const rows = await (accountId === null
    ? originalCount(db, {})
    : originalCountOf(db, { accountId }));
  return Number(rows[0]?.count ?? 0);
}

const originals = prepared((db, args: { limit: number; offset: number }) =>
  visible(db)
    .select([
      'media.id',
      'media.account_id',
      'media.original_key',
      'media.bytes',
      'accounts.username',
      'accounts.login_name',
    ])
    .orderBy('media.id', 'desc')
    .limit(args.limit)
    .offset(args.offset),
);

const originalsOf = prepared((db, args: { accountId: number; limit: number; offset: number }) =>
  visible(db)
    .select([
      'media.id',
      'media.account_id',
      'media.original_key',
      'media.bytes',
      'accounts.username',
      'accounts.login_name',
    ])
    .where('media.account_id', '=', args.accountId)
    .orderBy('media.id', 'desc')
    .limit(args.limit)
    .offset(args.offset),
);

const originalCount = prepared((db, _args: Record<string, never>) =>
  visible(db).select((eb) => eb.fn.countAll().as('count')),
);

const originalCountOf = prepared((db, args: { accountId: number }) =>
  visible(db)
    .select((eb) => eb.fn.countAll().as('count'))
    .where('media.account_id', '=', args.accountId),
);

function visible(db: Db) {
  return db
    .selectFrom('media')
    .innerJoin('accounts', 'accounts.id', 'media.account_id')
    .leftJoin('posts', 'posts.id', 'media.post_id')
    .where((eb) => eb.or([eb('media.purpose', '=', 'file'), eb('posts.state', '=', 'published')]))
    .where('accounts.deleted_at', 'is', null)
    .where('accounts.disabled_at', 'is', null);
}
