import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/db/database.ts';
import { addToAccountCount } from '../../src/domain/accounts/account-store.ts';
import { insertFollow } from '../../src/domain/follows/follow-store.ts';
import { deleteLike, insertLike, setLikeHidden } from '../../src/domain/likes/like-store.ts';
import { addToLikeCount } from '../../src/domain/posts/post-store.ts';
import { aPost, changeAccount } from '../support/given.ts';
import { type TestServer, testServer } from '../support/server.ts';

// Elsewhere a write that refers to an account keeps others from changing it.
const isPostgres = process.env.TEST_DATABASE === 'postgres';

/** Time for the worker to find nothing, if it does not wait. */
const workMs = 300;

describe.skipIf(!isPostgres)('what is committed after its account was disabled', () => {
  let server: TestServer;
  let bob: number;

  beforeEach(async () => {
    server = await testServer();
    bob = (await server.send('GET', '/v2/me', { as: 'bob' })).body.id;
  });

  afterEach(() => server.close());

  /** The worker hides bob's things while `write` is not committed. */
  async function disableDuring(write: (tx: Tx) => Promise<unknown>): Promise<void> {
    let hiding: Promise<unknown> | undefined;
    await server.app.database.transaction(async (tx) => {
      await write(tx);
      await changeAccount(server, 'bob', { disabled: true });
      hiding = server.work();
      await sleep(workMs);
    });
    await hiding;
  }

  it('does not count as a like', async () => {
    const post = await aPost(server, 'alice');
    const like = { post_id: post, account_id: bob, like_key: 1 };

    await disableDuring(async (tx) => {
      await insertLike(tx, like);
      await addToLikeCount(tx, post, 1);
    });
    const { body } = await server.send('GET', `/v2/posts/${post}`, { as: 'alice' });

    expect(body.likeCount).toBe(0);
  });

  it('does not count as a follower', async () => {
    const alice = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;

    await disableDuring(async (tx) => {
      await insertFollow(tx, { follower_id: bob, followee_id: alice, follow_key: 1 });
      await addToAccountCount(tx, alice, 'follower_count', 1);
    });
    const { body } = await server.send('GET', '/v2/users/alice', { as: 'alice' });

    expect(body.followerCount).toBe(0);
  });
});

describe.skipIf(!isPostgres)('a like that is shown again while it is taken back', () => {
  it('is not taken for one that is not there', async () => {
    const server = await testServer();
    try {
      const { database } = server.app;
      const post = await aPost(server, 'alice');
      const bob = (await server.send('GET', '/v2/me', { as: 'bob' })).body.id;
      await server.send('PUT', `/v2/posts/${post}/like`, { as: 'bob' });
      const like = { post_id: post, account_id: bob, like_key: 1, hidden: 0 } as const;
      const setHidden = (hidden: 0 | 1) =>
        database.transaction((tx) => setLikeHidden(tx, like, hidden));
      await setHidden(1);

      const deleting = database.transaction((tx) =>
        deleteLike(
          beforeSecondDeletion(tx, () => setHidden(0)),
          post,
          bob,
        ),
      );

      expect(await deleting).toBe('counted');
    } finally {
      await server.close();
    }
  });
});

/** A transaction that does something else right before it deletes for the second time, the first time it runs. */
function beforeSecondDeletion(tx: Tx, work: () => Promise<unknown>): Tx {
  const deleteFrom = tx.deleteFrom.bind(tx) as (table: string) => Deletion;
  return new Proxy(tx, {
    get(target, name) {
      if (name !== 'deleteFrom') return Reflect.get(target, name).bind(target);
      return (table: string) => {
        deletions += 1;
        return deletions === 2 ? after(deleteFrom(table), work) : deleteFrom(table);
      };
    },
  });
}

let deletions = 0;

type Deletion = { where(...condition: unknown[]): Deletion; executeTakeFirst(): Promise<unknown> };

function after(deletion: Deletion, work: () => Promise<unknown>): Deletion {
  return {
    where: (...condition) => after(deletion.where(...condition), work),
    async executeTakeFirst() {
      await work();
      return deletion.executeTakeFirst();
    },
  };
}
