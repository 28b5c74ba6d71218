import sharp from 'sharp';
import { smallPicture } from '../../support/pictures.ts';
import { formOf } from '../hmlet/given.ts';
import type { Medium, Post, World } from './cases.ts';
import { type Account, expectOk, send } from './people.ts';

/** Everybody is mentioned in every post with a text. */
const mentions = '@alice @bob @carla @enabled-again @disabled-one @closed-one';

type Kind = { state: 'published' | 'draft'; hasPicture?: boolean; isReply?: true };

/** By name. Posts whose name starts with `deleted` are deleted later. */
const kinds: Record<string, Kind> = {
  text: { state: 'published' },
  picture: { state: 'published', hasPicture: true },
  draft: { state: 'draft' },
  'draft with a picture': { state: 'draft', hasPicture: true },
  'deleted text': { state: 'published' },
  'deleted picture': { state: 'published', hasPicture: true },
  'deleted draft': { state: 'draft', hasPicture: true },
  reply: { state: 'published', isReply: true },
  'reply with a picture': { state: 'published', hasPicture: true, isReply: true },
  'draft reply': { state: 'draft', isReply: true },
  'deleted reply': { state: 'published', isReply: true },
};

let photo: Promise<Buffer> | undefined;

/** A small photo with metadata, which nobody but its owner may get. */
export function aPhotoWithMetadata(): Promise<Buffer> {
  photo ??= smallPicture('jpeg').then((picture) =>
    sharp(picture)
      .withExif({ IFD0: { Artist: 'carla' } })
      .jpeg()
      .toBuffer(),
  );
  return photo;
}

/** Uploads the pictures for all posts, one that no post uses, and a profile picture. */
export async function uploadAll(world: World, owner: Account): Promise<void> {
  const { server } = world;
  const photo = await aPhotoWithMetadata();
  const authorization = owner.tokens.v2;
  const withPicture = Object.keys(kinds).filter((kind) => kinds[kind]?.hasPicture);
  for (const kind of [...withPicture, 'loose picture']) {
    const uploadKey = kind.replaceAll(' ', '-');
    const headers = { authorization, 'idempotency-key': uploadKey };
    const { body } = expectOk(await server.upload('alice', photo, { headers }));
    const medium = { owner, id: body.id, post: null, purpose: 'post', uploadKey } as const;
    world.media.push({
      ...medium,
      name: `${kind} of ${owner.name}`,
      publicKey: '',
      signed: [],
    });
  }
  const avatar = { headers: { authorization }, path: '/v2/me/avatar', method: 'PUT' } as const;
  expectOk(await server.upload('alice', photo, avatar));
}

/**
 * Writes posts through every contract that has pictures. Each reply answers the one that was written before it, which may be
 * hidden now, and the first the first post of all.
 */
export async function postAll(world: World, author: Account): Promise<void> {
  let lastReply: Post | null = null;
  await readAddresses(world, author);
  for (const [kind, { state, hasPicture, isReply }] of Object.entries(kinds)) {
    const name = `${kind} of ${author.name}`;
    const picture = hasPicture ? world.media.find((medium) => medium.name === name) : undefined;
    const text = `${name}. ${mentions}`;
    const replyTo: Post | null = isReply ? (lastReply ?? world.posts[0] ?? null) : null;
    const answer = replyTo ? { replyToId: replyTo.id } : {};
    const body = { text, mediaIds: picture ? [picture.id] : [], state, ...answer };
    const key = `post-${kind.replaceAll(' ', '-')}`;
    const headers = { 'idempotency-key': key };
    const made = await send(world.server, author, 'POST', '/v2/posts', { body, headers });
    const { id } = expectOk(made).body;
    const has = picture ? 'picture' : null;
    const post: Post = { name, author, id, state, text, has, replyTo, request: { key, body } };
    world.posts.push(post);
    if (isReply && state === 'published') lastReply = post;
    if (picture) picture.post = post;
  }
  await postAtHmlet(world, author, 'photo', 'picture');
  await postAtHmlet(world, author, 'draft photo', 'picture');
  await postAtHmlet(world, author, 'document', 'document');
  await postAtHmlet(world, author, 'draft document', 'document');
  await postAtMithril(world, author);
  await noteMedia(world, author);
}

/** While no post shows a picture, its owner gets signed URLs. */
async function readAddresses({ server, media }: World, owner: Account): Promise<void> {
  for (const medium of media.filter((it) => it.owner === owner)) {
    const { body } = expectOk(await send(server, owner, 'GET', `/v2/media/${medium.id}`));
    medium.signed = body.images.map(({ url }: { url: string }) => url.slice(url.indexOf('/v2/')));
  }
}

async function postAtHmlet(
  world: World,
  author: Account,
  kind: string,
  has: 'picture' | 'document',
): Promise<void> {
  const { server } = world;
  const state = kind.startsWith('draft') ? 'draft' : 'published';
  const content = has === 'picture' ? await aPhotoWithMetadata() : `%PDF of ${author.name}`;
  const filename = `${kind.replaceAll(' ', '-')}.${has === 'picture' ? 'jpg' : 'pdf'}`;
  const { body, headers } = formOf([{ name: 'file', filename, content }]);
  const upload = { body: body as object, headers };
  const path = '/compat/hmlet/upload-photo';
  const { id } = expectOk(await send(server, author, 'POST', path, upload)).body;
  const publish = `/compat/hmlet/post-photo/${id}`;
  if (state === 'published') expectOk(await send(server, author, 'POST', publish));
  const name = `${kind} of ${author.name}`;
  world.posts.push({ name, author, id, state, text: '', has, replyTo: null, request: null });
}

/** Mithril turns a picture into a post, and other bytes into a file. */
async function postAtMithril(world: World, author: Account): Promise<void> {
  const path = '/compat/mithril/api/picture';
  const photo = await aPhotoWithMetadata();
  for (const bytes of [photo, Buffer.from(`A file of ${author.name}.`)]) {
    const body = { data: bytes.toString('base64') };
    expectOk(await send(world.server, author, 'POST', path, { body }));
  }
  const name = `given-back picture of ${author.name}`;
  const row = await world.server.app.database
    .selectFrom('media')
    .select('post_id')
    .where('purpose', '=', 'given-back')
    .where('account_id', '=', author.id)
    .executeTakeFirstOrThrow();
  const id = row.post_id ?? 0;
  const made = { name, author, id, state: 'published', text: '', has: 'picture' } as const;
  world.posts.push({ ...made, replyTo: null, request: null });
}

/** Reads the author's media from the database, so that none is left out. */
async function noteMedia({ server, media, posts }: World, owner: Account): Promise<void> {
  const rows = await server.app.database
    .selectFrom('media')
    .selectAll()
    .where('account_id', '=', owner.id)
    .execute();
  for (const row of rows) {
    const known = media.find(({ id }) => id === row.id);
    const post = posts.find(({ id }) => id === row.post_id) ?? null;
    const medium: Medium = known ?? {
      name: post?.name ?? `${row.purpose} of ${owner.name}`,
      owner,
      id: row.id,
      publicKey: '',
      purpose: row.purpose,
      post,
      signed: [],
      uploadKey: null,
    };
    medium.publicKey = row.public_key;
    if (!known) media.push(medium);
  }
}
