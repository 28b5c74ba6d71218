import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateUp } from '../../src/db/migrate.ts';
import type { PostRow } from '../../src/db/schema.ts';
import { insertAccount } from '../../src/domain/accounts/account-store.ts';
import { newAccountRow } from '../../src/domain/accounts/new-account.ts';
import { insertPost } from '../../src/domain/posts/post-store.ts';
import {
  canSee,
  factsOf,
  isActive,
  noRelation,
  standingOf,
} from '../../src/domain/visibility/visibility.ts';
import {
  accountIsActive,
  postIsInFeeds,
  postIsPublished,
} from '../../src/domain/visibility/visibility-store.ts';
import { emptyDatabase, type TestDatabase } from '../support/databases.ts';

const at = '2026-06-01T12:00:00.000Z';
const states = ['draft', 'published', 'deleted'] as const;

/** Each combination of what an account can be. */
const standings = [
  { disabled_at: null, deleted_at: null },
  { disabled_at: at, deleted_at: null },
  { disabled_at: null, deleted_at: at },
  { disabled_at: at, deleted_at: at },
];

describe('the rule in SQL', () => {
  let test: TestDatabase;
  let database: Database;
  const accounts = standings.map((standing, i) => ({ id: i + 1, ...standing }));
  const posts = accounts.flatMap((author) =>
    states.map((state) => ({ id: author.id * 10 + states.indexOf(state), author, state })),
  );

  beforeAll(async () => {
    test = await emptyDatabase(process.env.TEST_DATABASE);
    database = openDatabase(test.url, 1);
    await migrateUp(database);
    await database.transaction(async (tx) => {
      for (const { id, ...standing } of accounts) {
        const email = `person${id}@example.com`;
        const person = { id, email, username: `person${id}`, role: 'user', at } as const;
        const row = newAccountRow({ ...person, displayName: null, passwordHash: null });
        await insertAccount(tx, { ...row, ...standing });
      }
      for (const { id, author, state } of posts) await insertPost(tx, rowOf(id, author.id, state));
    });
  });

  afterAll(async () => {
    await database.close();
    test.release();
  });

  it('finds the accounts that are active', async () => {
    const found = await database
      .selectFrom('accounts')
      .select('id')
      .where(accountIsActive())
      .orderBy('id')
      .execute();

    expect(ids(found)).toEqual(ids(accounts.filter(isActive)));
    expect(found.length).toBeGreaterThan(0);
  });

  it('lists the posts that everybody may see in lists, and no others', async () => {
    const found = await database
      .selectFrom('posts')
      .innerJoin('accounts', 'accounts.id', 'posts.account_id')
      .select('posts.id')
      .where(postIsPublished())
      .where(accountIsActive())
      .orderBy('posts.id')
      .execute();
    const listed = posts.filter(({ author, state }) =>
      canSee(
        null,
        factsOf({ state }),
        { id: author.id, standing: standingOf(author) },
        noRelation,
        'list',
      ),
    );

    expect(ids(found)).toEqual(ids(listed));
    expect(found.length).toBeGreaterThan(0);
  });

  it('takes another name for the table, and holds together where it is negated', async () => {
    const found = await database
      .selectFrom('posts as p')
      .innerJoin('accounts as a', 'a.id', 'p.account_id')
      .select('p.id')
      .where(postIsPublished('p'))
      .where((eb) => eb.not(accountIsActive('a')))
      .execute();

    expect(found).toHaveLength(standings.length - 1);
  });

  it('finds what is published, and what stands in the feeds', async () => {
    const published = await database
      .selectFrom('posts')
      .select('id')
      .where(postIsPublished())
      .orderBy('id')
      .execute();
    const inFeeds = await database
      .selectFrom('posts')
      .select('id')
      .where(postIsInFeeds(null))
      .orderBy('id')
      .execute();
    const below = await database
      .selectFrom('posts')
      .select('id')
      .where(postIsInFeeds(21))
      .orderBy('id')
      .execute();

    expect(ids(published)).toEqual(ids(posts.filter(({ state }) => state === 'published')));
    expect(ids(inFeeds)).toEqual(ids(published));
    expect(ids(below)).toEqual(ids(published).filter((id) => id < 21));
  });
});

function ids(rows: ReadonlyArray<{ id: number }>): number[] {
  return rows.map(({ id }) => id);
}

function rowOf(id: number, account_id: number, state: PostRow['state']): PostRow {
  return {
    id,
    account_id,
    state,
    text: 'Hello.',
    has_media: 0,
    feed_key: state === 'published' ? id : null,
    hidden_key: null,
    status_key: state === 'draft' ? null : id,
    reply_to_id: null,
    root_id: null,
    reply_count: 0,
    like_count: 0,
    created_at: at,
    updated_at: at,
    published_at: state === 'published' ? at : null,
  };
}
