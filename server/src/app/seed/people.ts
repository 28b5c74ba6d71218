import { Readable } from 'node:stream';
import { samplePhoto } from '../../adapters/images/sample-photo.ts';
import { ownCredential } from '../../domain/credential.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { App } from '../app.ts';

/** The three whom tests, examples and screenshots know. Only the seed makes them. */
export const people = [
  {
    username: 'alice',
    displayName: 'Alice',
    password: 'alice-likes-dunes',
    bio: 'Light and shadow.',
  },
  { username: 'bob', displayName: 'Bob', password: 'bob-walks-at-dusk', bio: 'Hills, mostly.' },
  {
    username: 'carla',
    displayName: 'Carla',
    password: 'carla-sees-colours',
    bio: 'Colours first.',
  },
] as const;

const captions = [
  'First light over the dunes.',
  'The hills, an hour later.',
  'Blue before rain.',
  'Nobody here but the wind.',
  'Sun at the edge.',
  'Green, at last.',
];

/** Makes alice, bob and carla with two photos each, a draft, follows and likes; existing accounts are left unchanged. */
export async function seedPeople(app: App, say: (line: string) => void): Promise<void> {
  const { accounts, follows, likes } = app.services;
  const viewers: Viewer[] = [];
  for (const person of people) {
    const viewer = await makePerson(app, person);
    if (!viewer) return say(`${person.username} is there already; nothing was seeded.`);
    viewers.push(viewer);
  }
  const [alice, bob, carla] = viewers;
  if (!alice || !bob || !carla) return;
  const published: number[] = [];
  for (const [i, text] of captions.entries()) {
    const viewer = viewers[i % viewers.length] ?? alice;
    published.push(await makePost(app, viewer, { text, photo: i + 1, state: 'published' }));
  }
  await makePost(app, alice, { text: 'Not ready yet.', photo: 7, state: 'draft' });
  await follows.follow(bob, 'alice');
  await follows.follow(carla, 'alice');
  await follows.follow(alice, 'bob');
  for (const id of published.slice(0, 4)) await likes.like(carla, id);
  for (const { username, bio } of people) {
    const viewer = viewers[people.findIndex((p) => p.username === username)];
    if (viewer) await accounts.updateMe(viewer, { bio });
  }
  await app.relay.drain();
  for (const { username, password } of people) say(`seeded ${username}, password ${password}`);
}

async function makePerson(app: App, person: (typeof people)[number]): Promise<Viewer | null> {
  const { username, displayName, password } = person;
  try {
    const account = await app.services.accounts.create({
      username,
      displayName,
      password,
      email: `${username}@example.com`,
      idempotencyKey: null,
    });
    return {
      accountId: account.id,
      sessionId: 0,
      role: 'user',
      credential: ownCredential('session'),
    };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'taken') return null;
    throw error;
  }
}

async function makePost(
  app: App,
  viewer: Viewer,
  { text, photo, state }: { text: string; photo: number; state: 'draft' | 'published' },
): Promise<number> {
  const { media, posts } = app.services;
  const file = await media.stage(Readable.from([await samplePhoto(photo)]));
  const upload = {
    file,
    alt: 'A painted landscape',
    purpose: 'post' as const,
    idempotencyKey: null,
  };
  const { id } = await media.keep(viewer, upload);
  const post = await posts.create(viewer, { text, mediaIds: [id], state, idempotencyKey: null });
  return post.id;
}
