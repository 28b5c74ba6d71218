import { expect, it } from 'vitest';
import { sharedDatabase } from '../../support/databases.ts';
import { aPost } from '../../support/given.ts';
import { testServer } from '../../support/server.ts';

const dayMs = 24 * 3_600_000;

it('new posts, likes and follows come first after a start with the clock set back', async () => {
  const database = await sharedDatabase(process.env.TEST_DATABASE);
  const environment = { DATABASE_URL: database.url };
  const before = await testServer({ environment });
  before.clock.advance(30 * dayMs);
  const first = await aPost(before, 'alice');
  const second = await aPost(before, 'alice');
  await before.send('PUT', `/v2/posts/${first}/like`, { as: 'bob' });
  await before.send('PUT', '/v2/users/alice/follow', { as: 'bob' });
  await before.close();

  const after = await testServer({ environment });
  const third = await aPost(after, 'alice');
  await after.send('PUT', `/v2/posts/${first}/like`, { as: 'carla' });
  await after.send('PUT', '/v2/users/alice/follow', { as: 'carla' });
  await after.work();
  const [posts, likes, followers, log] = await Promise.all(
    [
      '/v2/explore',
      `/v2/posts/${first}/likes`,
      '/v2/users/alice/followers',
      '/v2/me/audit-log',
    ].map((path) => after.send('GET', path, { as: 'alice' })),
  );
  await after.close();
  database.release();

  expect(posts?.body.items.map(({ id }: { id: number }) => id)).toEqual([third, second, first]);
  for (const list of [likes, followers]) {
    const names = list?.body.items.map(({ username }: { username: string }) => username);
    expect(names).toEqual(['carla', 'bob']);
  }
  expect(log?.body.items.length).toBeGreaterThan(1);
}, 60_000);
