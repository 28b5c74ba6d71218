import {
  isOthers,
  isOwn,
  isShown,
  type Medium,
  type Post,
  type Reader,
  seesPost,
  type World,
} from './cases.ts';
import { aPhotoWithMetadata } from './content.ts';
import { type Account, send } from './people.ts';
import { each, isOk, mediumByMedium, postByPost, postsInList, type Read, walk } from './reading.ts';

const isFollowed = (world: World, reader: Reader, author: Account) =>
  world.follows.some(([from, to]) => from === reader.account && to === author);
/** Two readers are enough for requests that write: one follows every author, the other follows nobody. */
const isStranger = ({ name }: Reader) => name === 'bob' || name === 'carla';

/** Stands for any refusal of a repeated request, whose words differ. */
const gone = { status: 410, headers: {}, body: '', bytes: Buffer.alloc(0) };

async function idsAt(world: World, reader: Reader, path: string): Promise<number[] | null> {
  const items = await walk(world, reader, path, 7);
  return items && items.map(({ id }) => id);
}

const posts: Read[] = [
  postByPost(
    { title: 'a post', routes: ['GET /v2/posts/:id'] },
    { ask: ({ server }, { account }, id) => send(server, account, 'GET', `/v2/posts/${id}`) },
  ),
  postByPost(
    { title: 'whether a post has likes', routes: ['GET /v2/posts/:id/likes'] },
    { ask: ({ server }, { account }, id) => send(server, account, 'GET', `/v2/posts/${id}/likes`) },
  ),
  postByPost(
    {
      title: 'a post that is liked, and not any more',
      routes: ['PUT /v2/posts/:id/like', 'DELETE /v2/posts/:id/like'],
      isFor: ({ name }) => name === 'carla',
    },
    {
      async ask({ server }, { account }, id) {
        const liked = await send(server, account, 'PUT', `/v2/posts/${id}/like`);
        const unliked = await send(server, account, 'DELETE', `/v2/posts/${id}/like`);
        return isOk(liked) ? unliked : liked;
      },
    },
  ),
  ...(
    [
      ['PATCH', '', { text: 'Mine.' }],
      ['DELETE', '', undefined],
      ['POST', '/publish', undefined],
    ] as const
  ).map(([method, more, body]) =>
    postByPost(
      {
        title: `a post of somebody else, by ${method} ${more}`,
        routes: [`${method} /v2/posts/:id${more}`],
        isFor: isStranger,
      },
      {
        covers: isOthers,
        isSeen: ({ status }) => status === 403,
        ask: ({ server }, { account }, id) =>
          send(server, account, method, `/v2/posts/${id}${more}`, body ? { body } : {}),
      },
    ),
  ),
  postByPost(
    { title: 'a post, by a repeat of its request', routes: ['POST /v2/posts'] },
    {
      covers: (post, reader) => isOwn(post, reader) && post.request !== null,
      isSeen: ({ status }) => status === 201,
      async ask({ server, posts }, { account }, id) {
        const request = posts.find((post) => post.id === id)?.request;
        if (!request) return gone;
        const headers = { 'idempotency-key': request.key };
        const answer = await send(server, account, 'POST', '/v2/posts', {
          body: request.body,
          headers,
        });
        if (isOk(answer) && answer.body.id !== id) throw new Error('The repeat wrote a new post.');
        return isOk(answer) ? answer : gone;
      },
    },
  ),
];

const lists: Read[] = [
  postsInList(
    { title: 'the timeline', routes: ['GET /v2/timeline'] },
    {
      place: 'list',
      covers: (post, reader, world) =>
        isOwn(post, reader) || isFollowed(world, reader, post.author),
      read: (world, reader) => idsAt(world, reader, '/v2/timeline'),
    },
  ),
  postsInList(
    { title: 'explore', routes: ['GET /v2/explore'] },
    {
      place: 'discovery',
      covers: () => true,
      read: (world, reader) => idsAt(world, reader, '/v2/explore'),
    },
  ),
  postsInList(
    { title: 'explore, with pictures', routes: ['GET /v2/explore'] },
    {
      place: 'discovery',
      covers: ({ has }) => has === 'picture',
      read: (world, reader) => idsAt(world, reader, '/v2/explore?filter=with-media'),
    },
  ),
  ...(['all', 'with-media'] as const).map((filter) =>
    postsInList(
      { title: `posts of each author, ${filter}`, routes: ['GET /v2/users/:username/posts'] },
      {
        place: 'list',
        covers: ({ has }) => filter === 'all' || has === 'picture',
        read: async (world, reader) => {
          const paths = world.authors.map(({ name }) => `/v2/users/${name}/posts?filter=${filter}`);
          const ids = await Promise.all(paths.map((path) => idsAt(world, reader, path)));
          return ids.flatMap((some) => some ?? []);
        },
      },
    ),
  ),
  postsInList(
    { title: 'drafts', routes: ['GET /v2/drafts'] },
    {
      place: 'link',
      hasReplies: true,
      covers: (post, reader) => isOwn(post, reader) && post.state === 'draft',
      read: (world, reader) => idsAt(world, reader, '/v2/drafts'),
    },
  ),
];

const reported = postByPost(
  { title: 'a post that is reported', routes: ['POST /v2/reports'], isFor: isStranger },
  {
    covers: (post, reader) => isOthers(post, reader) && isShown(post.author),
    ask: ({ server, posts, accounts }, { account }, id) => {
      const { author = accounts[0] } = posts.find((post) => post.id === id) ?? {};
      const body = { username: author?.name, postIds: [id], category: 'other' };
      return send(server, account, 'POST', '/v2/reports', { body });
    },
  },
);

/** One reader of each relation: a follower, a blocked one, a blocker, and an anonymous one. */
const isTypical = ({ name }: Reader) =>
  ['bob', 'enabled-again', 'the-admin', 'anonymous'].includes(name);

/** All that stands below a post, or above it, one after another. */
const above = ({ replyTo }: Post): Post[] => (replyTo ? [replyTo, ...above(replyTo)] : []);

const threads: Read[] = [
  postByPost(
    {
      title: 'a conversation',
      routes: ['GET /v2/posts/:id/thread', 'GET /v2/posts/:id/replies'],
      isFor: isTypical,
    },
    {
      async ask({ server }, { account }, id) {
        const replies = await send(server, account, 'GET', `/v2/posts/${id}/replies`);
        const thread = await send(server, account, 'GET', `/v2/posts/${id}/thread`);
        return isOk(replies) ? thread : replies;
      },
    },
  ),
  postsInList(
    { title: 'what begins a conversation', routes: ['GET /v2/posts/:id/thread'] },
    {
      place: 'list',
      hasReplies: true,
      covers: (post, reader, world) =>
        world.posts.some(
          (below) => above(below).includes(post) && seesPost(world, reader, below, 'link'),
        ),
      async read({ server, posts }, { account }) {
        const replies = posts.filter(({ replyTo }) => replyTo);
        const found = await each(replies, async ({ id }): Promise<number[]> => {
          const answer = await send(server, account, 'GET', `/v2/posts/${id}/thread`);
          return isOk(answer) ? answer.body.ancestors.map(idOf) : [];
        });
        return [...new Set(found)];
      },
    },
  ),
  ...(['replies', 'thread'] as const).map((list) =>
    postsInList(
      { title: `the ${list} of the first post`, routes: [`GET /v2/posts/:id/${list}`] },
      {
        place: 'list',
        hasReplies: true,
        covers: (post, reader, world) => {
          const [first] = world.posts;
          if (!first || !seesPost(world, reader, first, 'link')) return false;
          return list === 'thread' ? above(post).includes(first) : post.replyTo === first;
        },
        read: (world, reader) => idsAt(world, reader, `/v2/posts/${world.posts[0]?.id}/${list}`),
      },
    ),
  ),
  postsInList(
    { title: 'what is below each reply', routes: ['GET /v2/posts/:id/thread'] },
    {
      place: 'list',
      hasReplies: true,
      covers: (post, reader, world) =>
        post.replyTo?.replyTo != null && seesPost(world, reader, post.replyTo, 'link'),
      async read(world, reader) {
        const replies = world.posts.filter(({ replyTo }) => replyTo);
        const found = await each(
          replies,
          async ({ id }) => (await idsAt(world, reader, `/v2/posts/${id}/thread`)) ?? [],
        );
        return [...new Set(found)];
      },
    },
  ),
  {
    title: 'how many replies a post has',
    routes: ['GET /v2/posts/:id'],
    isFor: isTypical,
    isCounter: true,
    shown: ({ server, posts }, { account }) =>
      each(posts, async ({ id, name }) => {
        const { body, status } = await send(server, account, 'GET', `/v2/posts/${id}`);
        return status === 200 ? [`${name}: ${body.replyCount}`] : [];
      }),
    expected: (world, reader) =>
      world.posts
        .filter((post) => seesPost(world, reader, post, 'link'))
        .map((post) => {
          const counted = world.posts.filter(
            ({ replyTo, state, author }) =>
              replyTo === post && state === 'published' && author.standing === 'active',
          );
          return `${post.name}: ${counted.length}`;
        }),
  },
];

const idOf = ({ id }: { id: number }) => id;

const isPicture = ({ purpose }: Medium) => ['post', 'given-back', 'avatar'].includes(purpose);

const media: Read[] = [
  mediumByMedium(
    { title: 'the sizes of a picture', routes: ['GET /v2/media/:key/:size'] },
    {
      covers: isPicture,
      ask: ({ server }, { account }, { publicKey }) =>
        Promise.all(
          ['small', 'original'].map((size) =>
            send(server, account, 'GET', `/v2/media/${publicKey}/${size}`),
          ),
        ),
    },
  ),
  mediumByMedium(
    {
      title: 'a picture that the client has already',
      routes: ['GET /v2/media/:key/:size'],
      isFor: ({ name }) => name === 'carla' || name === 'anonymous',
    },
    {
      covers: isPicture,
      ask: async ({ server }, { account }, { publicKey }) => {
        const headers = { 'if-none-match': '*' };
        const path = `/v2/media/${publicKey}/small`;
        const answer = await send(server, account, 'GET', path, { headers });
        return [{ ...answer, status: answer.status === 304 ? 200 : answer.status }];
      },
    },
  ),
  mediumByMedium(
    {
      title: 'a picture, by a link that was signed for its owner',
      routes: ['GET /v2/media/:key/:size'],
      isFor: ({ name }) => name === 'anonymous',
    },
    {
      covers: ({ signed }) => signed.length > 0,
      asOwner: true,
      ask: ({ server }, _reader, { signed, publicKey }) =>
        Promise.all(
          (signed.length > 0 ? signed : [`/v2/media/${publicKey}/small?signature=1.1.1.x`]).map(
            (path) => send(server, null, 'GET', path),
          ),
        ),
    },
  ),
  mediumByMedium(
    { title: 'a picture of one’s own, by its number', routes: ['GET /v2/media/:id'] },
    {
      covers: ({ owner, purpose }, { account }) => owner === account && purpose !== 'file',
      ask: async ({ server }, { account }, { id }) => [
        await send(server, account, 'GET', `/v2/media/${id}`),
      ],
    },
  ),
  {
    ...mediumByMedium(
      {
        title: 'a picture of somebody else, by its number',
        routes: ['GET /v2/media/:id', 'PATCH /v2/media/:id', 'DELETE /v2/media/:id'],
        isFor: isStranger,
        isClosed: true,
      },
      {
        covers: ({ owner }, { account }) => owner !== account,
        ask: ({ server }, { account }, { id }) =>
          Promise.all([
            send(server, account, 'GET', `/v2/media/${id}`),
            send(server, account, 'PATCH', `/v2/media/${id}`, { body: { alt: 'Mine.' } }),
            send(server, account, 'DELETE', `/v2/media/${id}`),
          ]),
      },
    ),
    expected: () => [],
  },
  mediumByMedium(
    { title: 'a picture, by a repeat of its upload', routes: ['POST /v2/media'] },
    {
      covers: ({ owner, uploadKey }, { account }) => owner === account && uploadKey !== null,
      async ask({ server }, { account }, { uploadKey, id }) {
        if (!account || uploadKey === null || id > 1_000_000_000) return [gone];
        const headers = { authorization: account.tokens.v2, 'idempotency-key': uploadKey };
        const answer = await server.upload('alice', await aPhotoWithMetadata(), { headers });
        if (isOk(answer) && answer.body.id !== id) throw new Error('The repeat kept a new one.');
        return [isOk(answer) ? answer : gone];
      },
    },
  ),
];

export const v2PostReads: Read[] = [...posts, reported, ...lists, ...threads, ...media];
