import type { Db } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { MediaRow } from '../../db/schema.ts';
import { accountIsDisabled, mediaIsListed, postIsInFeeds } from '../visibility/visibility-store.ts';

export type OriginalRow = Pick<
  MediaRow,
  'id' | 'account_id' | 'purpose' | 'original_key' | 'bytes' | 'public_key' | 'variants'
> & {
  username: string;
  login_name: string | null;
  email: string | null;
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

/**
 * How many there are. Everybody's are too many to look at each for each page: the pictures are counted along two indexes
 * without reading a row, and those of disabled accounts taken off. An account that is being deleted counts until it is gone.
 */
export async function countOriginals(db: Db, { accountId }: OfAccount): Promise<number> {
  if (accountId !== null) return countOf(await originalCountOf(db, { accountId }));
  const pictures = countOf(await publishedCount(db, {}));
  const files = countOf(await fileCount(db, {}));
  return pictures + files - countOf(await disabledCount(db, {}));
}

function countOf([row]: ReadonlyArray<{ count: number | string | bigint }>): number {
  return Number(row?.count ?? 0);
}

const originals = prepared((db, args: { limit: number; offset: number }) =>
  rows(db).limit(args.limit).offset(args.offset),
);

const originalsOf = prepared((db, args: { accountId: number; limit: number; offset: number }) =>
  rows(db).where('media.account_id', '=', args.accountId).limit(args.limit).offset(args.offset),
);

const originalCountOf = prepared((db, args: { accountId: number }) =>
  visible(db)
    .select((eb) => eb.fn.countAll().as('count'))
    .where('media.account_id', '=', args.accountId),
);

const publishedCount = prepared((db, _args: Record<string, never>) =>
  db
    .selectFrom('posts')
    .innerJoin('media', 'media.post_id', 'posts.id')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('posts.has_media', '=', 1)
    .where(postIsInFeeds(null)),
);

const fileCount = prepared((db, _args: Record<string, never>) =>
  db
    .selectFrom('media')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('post_id', 'is', null)
    .where('purpose', '=', 'file'),
);

const disabledCount = prepared((db, _args: Record<string, never>) =>
  db
    .selectFrom('accounts')
    .innerJoin('media', 'media.account_id', 'accounts.id')
    .leftJoin('posts', 'posts.id', 'media.post_id')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(accountIsDisabled())
    .where((eb) => eb.or([eb('media.purpose', '=', 'file'), postIsInFeeds(null)])),
);

function rows(db: Db) {
  return visible(db)
    .select((eb) => [
      'media.id',
      'media.account_id',
      'media.purpose',
      'media.original_key',
      'media.bytes',
      'media.public_key',
      'media.variants',
      eb.ref('accounts.username').$notNull().as('username'),
      'accounts.login_name',
      'accounts.email',
    ])
    .orderBy('media.created_at', 'desc')
    .orderBy('media.id', 'desc');
}

/** Each has an account; by a left join SQLite is kept from beginning with all accounts, and sorting what they have. */
function visible(db: Db) {
  return db
    .selectFrom('media')
    .leftJoin('accounts', 'accounts.id', 'media.account_id')
    .leftJoin('posts', 'posts.id', 'media.post_id')
    .where(mediaIsListed());
}
