import type { Database } from '../../src/db/database.ts';
import type { Sent } from '../support/process.ts';
import type { Cluster } from './cluster.ts';
import { type Person, people } from './people.ts';
import { type Recorder, recorder } from './recorder.ts';
import { send } from './request.ts';
import { expectations, type Options, type Outcome } from './step.ts';

const clientsPerProcess = 50;

/** Fifty clients on each web process: each person is at both, so the two meet over the same rows. */
export async function hammer(cluster: Cluster, { seconds }: Options): Promise<Outcome> {
  const { expect, problems } = expectations();
  const { url, webUrls, database } = cluster;
  const [alice] = await people(url, 'alice-hammer', 1);
  if (!alice) throw new Error('Nobody signed up.');
  const crowd = await people(url, 'bob', clientsPerProcess);
  const body = { text: 'Hello.' };
  const post = await send(`${url}/v2/posts`, 'POST', { token: alice.token, body });
  const clients = webUrls.flatMap((web) => crowd.map((person) => ({ web, person })));
  const recorded = recorder();

  async function toggle(path: string): Promise<void> {
    const end = Date.now() + seconds * 1000;
    const one = async ({ web, person: { token } }: { web: string; person: Person }) => {
      while (Date.now() < end) {
        const method = Math.random() < 0.6 ? 'PUT' : 'DELETE';
        await recorded.measure(path, () => send(web + path, method, { token }));
      }
    };
    await Promise.all(clients.map(one));
  }

  await toggle(`/v2/posts/${post.body.id}/like`);
  await toggle(`/v2/users/${alice.name}/follow`);
  const likes = await likesOf(database, post.body.id);
  const follows = await followsOf(database, alice.id);
  expect('likeCount', likes.count, likes.rows);
  expect('followerCount', follows.count, follows.rows);
  const rounds = await refreshRounds(cluster, alice, recorded, seconds);
  expect('answers in a round of refreshes', rounds.most, 1);
  expect('the session ended', await endedAt(database, rounds.sessionId), null);
  const { requests, wrong, unavailable, statuses, p50Ms, p99Ms, maxMs } = recorded.summary();
  expect('answers that are no success', [wrong, unavailable], [0, 0]);
  if (wrong + unavailable > 0) problems.push(statuses);
  const exact = `likes ${likes.count} = ${likes.rows} rows, followers ${follows.count} = ${follows.rows}`;
  const figures = `${requests} requests by ${clients.length} clients, p50 ${p50Ms} p99 ${p99Ms} max ${maxMs} ms; ${exact}; ${rounds.count} rounds of ${clients.length} refreshes, one family`;
  return { figures, problems };
}

/** All clients send one refresh token at once, and then all its successor. */
async function refreshRounds(
  { webUrls }: Cluster,
  { refreshToken }: Person,
  recorded: Recorder,
  seconds: number,
) {
  const end = Date.now() + seconds * 1000;
  const sessionId = Number(refreshToken.split('.')[0]);
  let current = refreshToken;
  let most = 0;
  let count = 0;
  for (; Date.now() < end && most < 2; count += 1) {
    const sent: Sent = { body: { refreshToken: current } };
    const requests = webUrls.flatMap((web) =>
      Array.from({ length: clientsPerProcess }, () =>
        recorded.measure('refresh', () => send(`${web}/v2/sessions/refresh`, 'POST', sent)),
      ),
    );
    const answers = await Promise.all(requests);
    const successors = new Set(answers.map((answer) => String(answer?.body.refreshToken)));
    most = Math.max(most, successors.size);
    current = [...successors][0] ?? '';
  }
  return { count, most, sessionId };
}

async function likesOf(database: Database, postId: number) {
  const posts = database.selectFrom('posts').select('like_count').where('id', '=', postId);
  const likes = database.selectFrom('likes').select('account_id').where('post_id', '=', postId);
  const { like_count: count } = await posts.executeTakeFirstOrThrow();
  return { count, rows: (await likes.execute()).length };
}

async function followsOf(database: Database, accountId: number) {
  const accounts = database.selectFrom('accounts').select('follower_count');
  const follows = database.selectFrom('follows').select('follower_id');
  const account = await accounts.where('id', '=', accountId).executeTakeFirstOrThrow();
  const rows = await follows.where('followee_id', '=', accountId).execute();
  return { count: account.follower_count, rows: rows.length };
}

async function endedAt(database: Database, id: number): Promise<string | null> {
  const sessions = database.selectFrom('sessions').select('ended_at').where('id', '=', id);
  return (await sessions.executeTakeFirstOrThrow()).ended_at;
}
