import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { samplePhoto } from '../../adapters/images/sample-photo.ts';
import { SetupError } from '../setup-error.ts';

/** What the story left behind, to be opened in a browser. */
export type Told = { photoUrl: string; postUrl: string; profileUrl: string };

type Person = { username: string; authorization: string };

/** A picture takes a second; a busy machine takes longer. */
const renderLimitMs = 60_000;
const pauseMs = 200;

/** Of the repository; packages do not have it. */
const photoFile = new URL('../../../../docs/photo.jpg', import.meta.url);

/**
 * Two people share a photo, by the API of a running server: they sign up, one uploads and publishes, the other follows and likes.
 * @param say told each step
 * @throws SetupError with what the server answered, when it refuses a step
 */
export async function tellStory(url: string, say: (line: string) => void): Promise<Told> {
  const api = `${url}/v2`;
  const alice = await join(api, 'alice');
  const bob = await join(api, 'bob');
  say(`${alice.username} and ${bob.username} sign up and sign in`);

  const media = await ask<{ id: number }>(`${api}/media`, alice, { body: await photoForm() });
  say('alice uploads a photo');
  await rendered(api, alice, media.id);
  say('the worker renders its sizes in the background');

  const draft = { text: 'First light.', mediaIds: [media.id], state: 'draft' };
  const { id } = await ask<{ id: number }>(`${api}/posts`, alice, { body: draft });
  const postUrl = `${api}/posts/${id}`;
  const { status } = await fetch(postUrl, { headers: { authorization: bob.authorization } });
  say(`alice saves a draft; bob asks for it and gets ${status}`);

  const post = await ask<Post>(`${postUrl}/publish`, alice, { method: 'POST' });
  say('alice publishes it');
  await ask(`${api}/users/${alice.username}/follow`, bob, { method: 'PUT' });
  const timeline = await ask<{ items: Post[] }>(`${api}/timeline`, bob);
  say(`bob follows her and finds “${timeline.items[0]?.text}” in his timeline`);
  const liked = await ask<{ likeCount: number }>(`${postUrl}/like`, bob, { method: 'PUT' });
  say(`bob likes it: ${liked.likeCount} like`);

  const comment = { text: 'What a morning!', replyToId: id };
  await ask(`${api}/posts`, bob, { body: comment });
  const { items } = await ask<{ items: Post[] }>(`${postUrl}/replies`, alice);
  say(`bob comments: “${items[0]?.text}”`);

  const images = post.media[0]?.images ?? [];
  const photoUrl = images.find(({ size }) => size === 'large')?.url ?? '';
  return { photoUrl, postUrl, profileUrl: `${api}/users/${alice.username}` };
}

type Post = { text: string; media: Array<{ images: Array<{ size: string; url: string }> }> };

/** Signs somebody up whose name nobody has. */
async function join(api: string, name: string): Promise<Person> {
  const username = `${name}-${randomBytes(3).toString('hex')}`;
  const password = randomBytes(12).toString('base64url');
  const displayName = name.charAt(0).toUpperCase() + name.slice(1);
  const nobody = { username, authorization: '' };
  await ask(`${api}/accounts`, nobody, { body: { username, password, displayName } });
  const session = await ask<{ accessToken: string }>(`${api}/sessions`, nobody, {
    body: { login: username, password },
  });
  return { username, authorization: `Bearer ${session.accessToken}` };
}

async function photoForm(): Promise<FormData> {
  const bytes = existsSync(photoFile) ? await readFile(photoFile) : await samplePhoto(2);
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)], { type: 'image/jpeg' }), 'photo.jpg');
  form.set('alt', 'A lake at first light, with hills in the haze');
  return form;
}

async function rendered(api: string, person: Person, mediaId: number): Promise<void> {
  const end = performance.now() + renderLimitMs;
  while (performance.now() < end) {
    const { state } = await ask<{ state: string }>(`${api}/media/${mediaId}`, person);
    if (state === 'ready') return;
    if (state === 'failed') throw new SetupError('The server could not render the photo.');
    await pause(pauseMs);
  }
  throw new SetupError(
    'The photo was uploaded, but nobody renders it. Start a worker: ./rookery work',
  );
}

type Asked = { method?: string; body?: FormData | object };

/** @throws SetupError for an answer that is an error */
async function ask<T>(url: string, person: Person, { method, body }: Asked = {}): Promise<T> {
  const { authorization } = person;
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (response.ok) return JSON.parse(answer || 'null') as T;
  throw new SetupError(`${new URL(url).pathname} was answered ${response.status}: ${answer}`);
}
