import sharp from 'sharp';
import { aPhoto } from '../support/given.ts';
import type { Answer } from '../support/server.ts';
import type { Cluster } from './cluster.ts';
import { type Person, people } from './people.ts';
import { send } from './request.ts';
import { expectations, type Outcome, until } from './step.ts';

/** The photo story of the tests through nginx, with the worker in another process; then a logout. */
export async function story(cluster: Cluster): Promise<Outcome> {
  const { expect, problems } = expectations();
  const { url } = cluster;
  const [alice, bob] = [...(await people(url, 'alice', 1)), ...(await people(url, 'bob', 1))];
  if (!alice || !bob) throw new Error('Nobody signed up.');
  let requests = 0;
  const ask = (as: Person | null, method: string, path: string, body?: unknown) => {
    requests += 1;
    return send(url + path, method, { body, ...(as ? { token: as.token } : {}) });
  };

  const media = await upload(ask, alice, await aPhoto());
  expect('the upload', media.status, 201);
  const isReady = await until(
    async () => (await ask(alice, 'GET', `/v2/media/${media.body.id}`)).body.state === 'ready',
    20,
  );
  expect('the variants are there', isReady, true);
  const draft = { text: 'First light.', mediaIds: [media.body.id], state: 'draft' };
  const { body: post } = await ask(alice, 'POST', '/v2/posts', draft);
  const image = new URL(post.media[0].images[0].url).pathname;
  expect('alice sees her draft’s picture', (await ask(alice, 'GET', image)).status, 200);
  expect('bob does not', (await ask(bob, 'GET', image)).status, 404);
  await ask(alice, 'POST', `/v2/posts/${post.id}/publish`);
  await ask(bob, 'PUT', `/v2/users/${alice.name}/follow`);
  const timeline = await ask(bob, 'GET', '/v2/timeline');
  expect('bob’s timeline', timeline.body.items[0]?.id, post.id);
  const picture = await ask(null, 'GET', image);
  const seen = await sharp(picture.bytes).metadata();
  expect('the picture', [picture.status, seen.width, seen.exif], [200, 320, undefined]);
  await ask(bob, 'PUT', `/v2/posts/${post.id}/like`);
  const again = await ask(bob, 'PUT', `/v2/posts/${post.id}/like`);
  expect('likes', again.body.likeCount, 1);
  expect('the delete', (await ask(alice, 'DELETE', `/v2/posts/${post.id}`)).status, 204);
  expect('the post then', (await ask(bob, 'GET', `/v2/posts/${post.id}`)).status, 404);
  expect('the picture then', (await ask(alice, 'GET', image)).status, 404);
  expect('the row goes', await until(() => isGone(cluster, media.body.id), 20), true);
  expect('after logout', await logOut(cluster, bob), [200, 204, 401, 401]);
  return { figures: `${requests} requests through nginx; logout seen at once`, problems };
}

type Ask = (as: Person, method: string, path: string, body?: unknown) => Promise<Answer>;

function upload(ask: Ask, as: Person, photo: Uint8Array): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(photo)]), 'photo.jpg');
  return ask(as, 'POST', '/v2/media', form);
}

async function isGone({ database }: Cluster, mediaId: number): Promise<boolean> {
  const rows = await database.selectFrom('media').select('id').where('id', '=', mediaId).execute();
  return rows.length === 0;
}

async function logOut({ webUrls: [one, two] }: Cluster, { token }: Person): Promise<number[]> {
  const answers = [
    await send(`${two}/v2/me`, 'GET', { token }),
    await send(`${one}/v2/sessions/current`, 'DELETE', { token }),
    await send(`${two}/v2/me`, 'GET', { token }),
    await send(`${one}/v2/me`, 'GET', { token }),
  ];
  return answers.map(({ status }) => status);
}
