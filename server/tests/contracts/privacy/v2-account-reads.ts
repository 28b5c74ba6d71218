import {
  isShown,
  meets,
  type Post,
  type Reader,
  seesAccount,
  seesPost,
  type World,
} from './cases.ts';
import { send } from './people.ts';
import { accountByAccount, isOk, type Read, walk } from './reading.ts';

function likedPosts({ likes }: World): Post[] {
  return [...new Set(likes.map(([, post]) => post))];
}

async function namesAt(world: World, reader: Reader, path: string): Promise<string[]> {
  const items = (await walk(world, reader, path, 2)) ?? [];
  return items.map(({ username }) => username);
}

const people: Read[] = [
  accountByAccount(
    { title: 'a page', routes: ['GET /v2/users/:username'] },
    {
      ask: ({ server }, { account }, { name }) => send(server, account, 'GET', `/v2/users/${name}`),
    },
  ),
  ...(['posts', 'followers', 'following'] as const).map((list) =>
    accountByAccount(
      { title: `whether a page has ${list}`, routes: [`GET /v2/users/:username/${list}`] },
      {
        ask: ({ server }, { account }, { name }) =>
          send(server, account, 'GET', `/v2/users/${name}/${list}`),
      },
    ),
  ),
  {
    title: 'who follows whom',
    routes: ['GET /v2/users/:username/followers', 'GET /v2/users/:username/following'],
    async shown(world, reader) {
      const lines = world.accounts.map(async ({ name }) => {
        const path = `/v2/users/${name}`;
        const followers = await namesAt(world, reader, `${path}/followers`);
        const followees = await namesAt(world, reader, `${path}/following`);
        return [
          ...followers.map((it) => `${name} is followed by ${it}`),
          ...followees.map((it) => `${name} follows ${it}`),
        ];
      });
      return (await Promise.all(lines)).flat();
    },
    expected: (world, reader) =>
      world.follows.flatMap(([from, to]) => [
        ...(seesAccount(world, reader, from) && meets(world, reader, to)
          ? [`${from.name} follows ${to.name}`]
          : []),
        ...(seesAccount(world, reader, to) && meets(world, reader, from)
          ? [`${to.name} is followed by ${from.name}`]
          : []),
      ]),
  },
  {
    title: 'who likes a post',
    isCounter: true,
    routes: ['GET /v2/posts/:id/likes'],
    async shown(world, reader) {
      const likers = likedPosts(world).map(async ({ id, name }) => {
        const names = await namesAt(world, reader, `/v2/posts/${id}/likes`);
        return names.map((liker) => `${liker} likes ${name}`);
      });
      return (await Promise.all(likers)).flat();
    },
    expected: (world, reader) =>
      world.likes
        .filter(
          ([liker, post]) => meets(world, reader, liker) && seesPost(world, reader, post, 'link'),
        )
        .map(([liker, post]) => `${liker.name} likes ${post.name}`),
  },
  accountByAccount(
    {
      title: 'an account that is followed, and not any more',
      routes: ['PUT /v2/users/:username/follow', 'DELETE /v2/users/:username/follow'],
      isFor: ({ name }) => name === 'carla',
    },
    {
      covers: (account, reader) => account !== reader.account,
      async ask({ server }, { account }, { name }) {
        const path = `/v2/users/${name}/follow`;
        const followed = await send(server, account, 'PUT', path);
        const unfollowed = await send(server, account, 'DELETE', path);
        return isOk(followed) ? unfollowed : followed;
      },
    },
  ),
];

/** Somebody may be reported who has blocked the reporter: blocks must not be a way to escape moderators. */
const reporting: Read[] = [
  accountByAccount(
    {
      title: 'an account that is reported',
      routes: ['POST /v2/reports'],
      isFor: ({ name }) => name === 'carla' || name === 'enabled-again',
    },
    {
      ignoresBlocks: true,
      covers: (account, reader) => account !== reader.account,
      ask: ({ server }, { account }, { name: username }) =>
        send(server, account, 'POST', '/v2/reports', {
          body: { username, category: 'other', comment: 'What is this?' },
        }),
    },
  ),
];

const searching: Read[] = [
  {
    title: 'people by their names',
    routes: ['GET /v2/search'],
    async shown({ server, accounts }, { account }) {
      const found = accounts.map(async ({ name }) => {
        const { body, status } = await send(server, account, 'GET', `/v2/search?q=${name}`);
        const people: Array<{ username: string }> = status === 200 ? body.accounts : [];
        return people.map(({ username }) => username);
      });
      return (await Promise.all(found)).flat();
    },
    expected: (world, reader) =>
      world.accounts.filter((one) => meets(world, reader, one)).map(({ name }) => name),
  },
];

const blocking: Read[] = [
  accountByAccount(
    {
      title: 'an account that is blocked, and not any more',
      routes: ['PUT /v2/users/:username/block', 'DELETE /v2/users/:username/block'],
      isFor: ({ name }) => name === 'carla',
    },
    {
      covers: (account, reader) => account !== reader.account,
      async ask({ server }, { account }, { name }) {
        const path = `/v2/users/${name}/block`;
        const blocked = await send(server, account, 'PUT', path);
        const unblocked = await send(server, account, 'DELETE', path);
        return isOk(blocked) ? unblocked : blocked;
      },
    },
  ),
  {
    title: 'whom one has blocked',
    routes: ['GET /v2/me/blocks'],
    shown: (world, reader) => namesAt(world, reader, '/v2/me/blocks'),
    expected: ({ blocks }, { account }) =>
      blocks.filter(([from, to]) => from === account && isShown(to)).map(([, to]) => to.name),
  },
];

const counters: Read[] = [
  {
    title: 'the counts of a page',
    routes: ['GET /v2/users/:username'],
    isCounter: true,
    async shown({ server, accounts }, { account }) {
      const pages = accounts.map(async ({ name }) => {
        const { body, status } = await send(server, account, 'GET', `/v2/users/${name}`);
        if (status !== 200) return [];
        const { postCount, followerCount, followingCount } = body;
        return [`${name}: ${postCount} posts, ${followerCount} to ${followingCount}`];
      });
      return (await Promise.all(pages)).flat();
    },
    expected: (world, reader) => {
      const { accounts, posts, follows } = world;
      const shown = follows.filter((pair) => pair.every(isShown));
      return accounts
        .filter((one) => seesAccount(world, reader, one))
        .map((one) => {
          const own = posts.filter(
            ({ author, state, replyTo }) => author === one && state === 'published' && !replyTo,
          );
          const followers = shown.filter(([, to]) => to === one);
          const followees = shown.filter(([from]) => from === one);
          return `${one.name}: ${own.length} posts, ${followers.length} to ${followees.length}`;
        });
    },
  },
  {
    title: 'the likes that a post counts',
    routes: ['GET /v2/posts/:id'],
    isCounter: true,
    async shown(world, { account }) {
      const counts = likedPosts(world).map(async ({ id, name }) => {
        const { body, status } = await send(world.server, account, 'GET', `/v2/posts/${id}`);
        return status === 200 ? [`${name}: ${body.likeCount}`] : [];
      });
      return (await Promise.all(counts)).flat();
    },
    expected: (world, reader) =>
      likedPosts(world)
        .filter((post) => seesPost(world, reader, post, 'link'))
        .map((post) => {
          const likers = world.likes.filter(([liker, liked]) => liked === post && isShown(liker));
          return `${post.name}: ${likers.length}`;
        }),
  },
];

export const v2AccountReads: Read[] = [
  ...people,
  ...blocking,
  ...reporting,
  ...searching,
  ...counters,
];
