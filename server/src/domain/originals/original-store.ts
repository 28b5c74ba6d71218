import { sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import type { MediaRow } from '../../db/schema.ts';
import {
  accountIsDisabled,
  mediaIsListed,
  notBlocked,
  postIsInFeeds,
} from '../visibility/visibility-store.ts';

export type OriginalRow = Pick<
  MediaRow,
  'id' | 'account_id' | 'purpose' | 'original_key' | 'bytes' | 'public_key' | 'variants'
> & {
  username: string;
  login_name: string | null;
  email: string | null;
};

/** Whose pictures: of one account, or of all; and for whom, who sees none of those from whom a block keeps them apart. */
type OfAccount = { accountId: number | null; viewerId: number };

/**
 * Pictures of published posts, and files, of those who have an account; the newest first. Counted pages, for clients that
 * ask for them by number.
 */
export function listOriginals(
  db: Db,
  { accountId, viewerId, limit, offset }: OfAccount & { limit: number; offset: number },
): Promise<OriginalRow[]> {
  const range = { viewerId, limit, offset };
  return accountId === null ? originals(db, range) : originalsOf(db, { accountId, ...range });
}

/**
 * How many there are. Everybody's are too many to look at each for each page: the pictures are counted along two indexes
 * without reading a row, and those of disabled accounts taken off. An account that is being deleted counts until it is gone.
 */
export async function countOriginals(db: Db): Promise<number> {
  const pictures = countOf(await publishedCount(db, {}));
  const files = countOf(await fileCount(db, {}));
  return pictures + files - countOf(await disabledCount(db, {}));
}

/** How many of an account a viewer is shown. */
export async function countOriginalsOf(
  db: Db,
  of: { accountId: number; viewerId: number },
): Promise<number> {
  return countOf(await originalCountOf(db, of));
}

/** How many of all a viewer is not shown because of blocks. */
export async function countApart(db: Db, viewerId: number): Promise<number> {
  return countOf(await apartCount(db, { viewerId }));
}

function countOf([row]: ReadonlyArray<{ count: number | string | bigint }>): number {
  return Number(row?.count ?? 0);
}

type Part = { viewerId: number; limit: number; offset: number };

const originals = prepared((db, args: Part) =>
  rows(db, args.viewerId).limit(args.limit).offset(args.offset),
);

const originalsOf = prepared((db, args: Part & { accountId: number }) =>
  rows(db, args.viewerId)
    .where('media.account_id', '=', args.accountId)
    .limit(args.limit)
    .offset(args.offset),
);

const originalCountOf = prepared((db, args: { accountId: number; viewerId: number }) =>
  visible(db)
    .where(notBlocked(sql.ref('media.account_id'), args.viewerId))
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

const apartCount = prepared((db, { viewerId }: { viewerId: number }) => {
  const apart = sql<boolean>`media.account_id in (
    select target_id from blocks where account_id = ${viewerId}
    union select account_id from blocks where target_id = ${viewerId}
  )`;
  return visible(db)
    .select((eb) => eb.fn.countAll().as('count'))
    .where(apart);
});

function rows(db: Db, viewerId: number) {
  return visible(db)
    .where(notBlocked(sql.ref('media.account_id'), viewerId))
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
