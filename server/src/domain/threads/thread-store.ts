import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import { inRange, preparedRange } from '../../db/key-range.ts';
import { prepared } from '../../db/prepared.ts';
import type { PostRow } from '../../db/schema.ts';
import { hasLateral } from '../../db/which-engine.ts';
import { type PageRequest, rangeOf } from '../paging.ts';
import type { PostEntry } from '../posts/post-rules.ts';
import { postIsPublished } from '../visibility/visibility-store.ts';

/** A reply in a list, and its place there: the key of its publication. */
export type ReplyEntry = PostEntry & { key: number };

/** Published posts that answer a post directly. */
export async function listReplies(
  db: Db,
  postId: number,
  page: PageRequest,
): Promise<ReplyEntry[]> {
  return entriesOf(await replies(db, { postId }, rangeOf(page)));
}

const replies = preparedRange((db, args: { postId: number }, range) =>
  inRange(published(db).where('posts.reply_to_id', '=', args.postId), 'posts.status_key', range),
);

/** Published posts of a whole thread, without the post that began it. */
export async function listThread(db: Db, rootId: number, page: PageRequest): Promise<ReplyEntry[]> {
  return entriesOf(await thread(db, { rootId }, rangeOf(page)));
}

const thread = preparedRange((db, args: { rootId: number }, range) =>
  inRange(published(db).where('posts.root_id', '=', args.rootId), 'posts.status_key', range),
);

/** Published posts below a post that is itself a reply, down to `maxDepth` replies to replies. */
export async function listBranch(db: Db, postId: number, page: PageRequest): Promise<ReplyEntry[]> {
  return entriesOf(await branch(db, { postId }, rangeOf(page)));
}

type BranchRow = Pick<PostRow, 'id' | 'status_key' | 'account_id' | 'state'>;

/** MySQL fails beyond a thousand steps. */
const maxDepth = 500;

/** The rows are sorted at the end. With an index in the order of the list, an engine might read every thread. */
const branch = preparedRange((db, args: { postId: number }, range) => {
  const below = sql<BranchRow>`(
    with recursive below as (
      select id, status_key, account_id, state, 1 as depth
      from posts where reply_to_id = ${args.postId}
      union all
      select replies.id, replies.status_key, replies.account_id, replies.state, below.depth + 1
      from below join ${repliesOfEach(db)}
      where below.depth < ${sql.lit(maxDepth)}
    )
    select * from below
  )`;
  const found = db
    .selectFrom(below.as('below'))
    .select(['below.status_key', 'below.id', 'below.account_id'])
    .where(postIsPublished('below'));
  return inRange(found, 'below.status_key', range);
});

/** Looks up the replies to each post in an index. Given the choice, PostgreSQL would read all posts. */
function repliesOfEach(db: Db): RawBuilder<unknown> {
  return hasLateral(db)
    ? sql`lateral (select * from posts where posts.reply_to_id = below.id offset 0) as replies on true`
    : sql`posts as replies on replies.reply_to_id = below.id`;
}

/** The posts that a reply answers, one after another, the one that began the thread first: at most `maxAncestors`. */
export async function readAncestorIds(db: Db, postId: number): Promise<number[]> {
  const rows = await ancestors(db, { postId });
  return rows.map(({ id }) => id).reverse();
}

const maxAncestors = 100;

const ancestors = prepared((db, { postId }: { postId: number }) => {
  const query: RawBuilder<{ id: number }> = sql`
    with recursive above as (
      select reply_to_id as id, 1 as height from posts where id = ${postId}
      union all
      select posts.reply_to_id, above.height + 1 from above join posts on posts.id = above.id
      where above.height < ${sql.lit(maxAncestors)}
    )
    select id from above where id is not null order by height`;
  return { compile: () => query.compile(db) };
});

function published(db: Db) {
  return db
    .selectFrom('posts')
    .select(['posts.status_key', 'posts.id', 'posts.account_id'])
    .where(postIsPublished());
}

function entriesOf(
  rows: ReadonlyArray<Pick<PostRow, 'status_key' | 'id' | 'account_id'>>,
): ReplyEntry[] {
  return rows.map((row) => ({ key: row.status_key ?? 0, postId: row.id, byId: row.account_id }));
}
