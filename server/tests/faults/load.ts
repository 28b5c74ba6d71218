import { randomUUID } from 'node:crypto';
import type { Sent } from '../support/process.ts';
import type { Answer } from '../support/server.ts';
import type { Cluster } from './cluster.ts';
import { type Person, signIn } from './people.ts';
import { type Recorder, recorder } from './recorder.ts';
import { send } from './request.ts';
import { pause } from './step.ts';

export type Load = {
  recorded: Recorder;
  /** Ends it: every write that was begun is repeated until it is acknowledged. */
  end(): Promise<void>;
  /** Compares what was acknowledged with what is in the database; says what is wrong. */
  check(): Promise<Checked>;
};

export type Checked = {
  posts: number;
  likes: number;
  uploads: number;
  /** Acknowledged writes that are not in the database, and those that are there twice. */
  lost: number;
  doubled: number;
  problems: string[];
};

/** A client that hears 503 waits; ours is impatient, so that it measures more. */
const retryMs = 300;
const givesUpMs = 15_000;
/** A write that is not acknowledged for so long after the load was ended counts as lost. */
const lastMs = 30_000;

/** Posts, likes, uploads and reads through nginx, each write repeated with its key until it is acknowledged. */
export function startLoad(cluster: Cluster, crowd: readonly Person[], photo: Uint8Array): Load {
  const recorded = recorder();
  const posts = new Map<string, number>();
  const uploads = new Map<string, number>();
  const likes = new Set<string>();
  const problems: string[] = [];
  let endedAt = Number.POSITIVE_INFINITY;
  const isOver = () => Date.now() > endedAt;

  async function request(kind: string, method: string, path: string, sent: Sent) {
    return recorded.measure(kind, () => withLimit(send(cluster.url + path, method, sent)));
  }

  async function acknowledged(kind: string, method: string, path: string, sent: Sent) {
    for (;;) {
      const answer = await request(kind, method, path, sent);
      if (answer && answer.status < 300) return answer;
      if (answer && answer.status < 500) problems.push(`${kind}: ${answer.status}`);
      if (Date.now() > endedAt + lastMs) throw new Error(`${kind} was never acknowledged.`);
      await pause(retryMs);
    }
  }

  async function post({ token }: Person): Promise<void> {
    const text = `Hello ${randomUUID()}`;
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await acknowledged('post', 'POST', '/v2/posts', {
      token,
      headers,
      body: { text },
    });
    posts.set(text, answer.body.id);
  }

  async function like({ id, token }: Person): Promise<void> {
    const postId = [...posts.values()].at(-1 - Math.floor(Math.random() * 20));
    if (postId === undefined) return pause(50);
    await acknowledged('like', 'PUT', `/v2/posts/${postId}/like`, { token });
    likes.add(`${postId} ${id}`);
  }

  async function upload({ token }: Person): Promise<void> {
    const alt = `Dunes ${randomUUID()}`;
    const headers = { 'idempotency-key': randomUUID() };
    const body = new FormData();
    body.append('alt', alt);
    body.append('file', new Blob([new Uint8Array(photo)]), 'photo.jpg');
    const answer = await acknowledged('upload', 'POST', '/v2/media', { token, headers, body });
    uploads.set(alt, answer.body.id);
    await pause(250);
  }

  async function read({ token }: Person): Promise<void> {
    await request('timeline', 'GET', '/v2/timeline', { token });
    await pause(50);
  }

  /** Wrong passwords are counted in Redis, and forgiven there. */
  async function comeBack({ name }: Person): Promise<void> {
    await recorded.measure('sign-in', () => withLimit(signIn(cluster.url, name)));
    await pause(1000);
  }

  const work = [post, post, like, like, upload, upload, read, comeBack];
  const running = crowd.map(async (person, i) => {
    const act = work[i % work.length] ?? read;
    while (!isOver()) await act(person);
  });

  return {
    recorded,
    async end() {
      endedAt = Date.now();
      const ended = await Promise.allSettled(running);
      for (const each of ended) if (each.status === 'rejected') problems.push(String(each.reason));
    },
    async check() {
      const { lost, doubled, wrongCounts } = await compare(cluster, posts, uploads, likes);
      if (lost + doubled > 0) problems.push(`lost ${lost}, doubled ${doubled}`);
      if (wrongCounts > 0) problems.push(`posts whose likeCount is wrong: ${wrongCounts}`);
      const counts = { posts: posts.size, likes: likes.size, uploads: uploads.size };
      return { ...counts, lost, doubled, problems };
    },
  };
}

async function compare(
  { database }: Cluster,
  posts: Map<string, number>,
  uploads: Map<string, number>,
  likes: Set<string>,
) {
  const postRows = await database
    .selectFrom('posts')
    .select(['id', 'text', 'like_count'])
    .where('text', 'like', 'Hello _%')
    .execute();
  const mediaRows = await database
    .selectFrom('media')
    .select(['id', 'alt'])
    .where('alt', 'like', 'Dunes _%')
    .execute();
  const likeRows = await database.selectFrom('likes').select(['post_id', 'account_id']).execute();
  const ofPosts = missingAndDouble(posts, new Map(postRows.map((r) => [r.id, r.text])));
  const ofUploads = missingAndDouble(uploads, new Map(mediaRows.map((r) => [r.id, r.alt ?? ''])));
  const liked = new Set(likeRows.map((r) => `${r.post_id} ${r.account_id}`));
  const lostLikes = [...likes].filter((each) => !liked.has(each)).length;
  const counts = new Map<number, number>();
  for (const { post_id: id } of likeRows) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    lost: ofPosts.missing + ofUploads.missing + lostLikes,
    doubled: ofPosts.double + ofUploads.double,
    wrongCounts: postRows.filter((row) => row.like_count !== (counts.get(row.id) ?? 0)).length,
  };
}

/** How many acknowledged texts have no row with their id, and how many rows have the text of another. */
function missingAndDouble(acknowledged: Map<string, number>, rows: Map<number, string>) {
  const missing = [...acknowledged].filter(([text, id]) => rows.get(id) !== text).length;
  return { missing, double: rows.size - new Set(rows.values()).size };
}

function withLimit(answer: Promise<Answer>): Promise<Answer> {
  const limit = pause(givesUpMs).then(() => {
    throw new Error(`no answer within ${givesUpMs} ms`);
  });
  return Promise.race([answer, limit]);
}
