import {
  isOwn,
  isShown,
  type Medium,
  meets,
  type Post,
  type Reader,
  seesMedium,
  type World,
} from './cases.ts';
import { aPhotoWithMetadata } from './content.ts';
import { send } from './people.ts';
import {
  accountByAccount,
  isOk,
  mediumByMedium,
  postByPost,
  postsInList,
  type Read,
} from './reading.ts';

const hasFile = ({ has }: Post) => has !== null;
const isCarla = ({ name }: Reader) => name === 'carla';

async function photosAt({ server }: World, { account }: Reader, path: string) {
  const { body, status } = await send(server, account, 'GET', `/compat/hmlet${path}`);
  return status === 200 ? body.photos.map(({ id }: { id: number }) => id) : null;
}

const hmlet: Read[] = [
  postByPost(
    { title: 'hmlet: a photo of one’s own', routes: ['GET /compat/hmlet/photo/:id'] },
    {
      covers: (post, reader) => isOwn(post, reader) && hasFile(post),
      ask: ({ server }, { account }, id) =>
        send(server, account, 'GET', `/compat/hmlet/photo/${id}`),
    },
  ),
  ...(
    [
      ['GET', '/photo/:id', undefined],
      ['PUT', '/photos/:id/caption', { caption: 'Mine.' }],
      ['POST', '/post-photo/:id', undefined],
      ['DELETE', '/delete-photo/:id', undefined],
    ] as const
  ).map(([method, path, body]) =>
    postByPost(
      {
        title: `hmlet: a photo of somebody else, by ${method} ${path}`,
        routes: [`${method} /compat/hmlet${path}`],
        isFor: isCarla,
        isClosed: true,
      },
      {
        ask: ({ server }, { account }, id) => {
          const address = `/compat/hmlet${path.replace(':id', String(id))}`;
          return send(server, account, method, address, body ? { body } : {});
        },
      },
    ),
  ),
  postsInList(
    { title: 'hmlet: photos of all', routes: ['GET /compat/hmlet/all-photos'] },
    {
      place: ({ state }) => (state === 'draft' ? 'link' : 'discovery'),
      covers: (post, reader) => hasFile(post) && reader.account !== null,
      read: (world, reader) => photosAt(world, reader, '/all-photos'),
    },
  ),
  postsInList(
    { title: 'hmlet: photos of each author', routes: ['GET /compat/hmlet/all-photos'] },
    {
      place: ({ state }) => (state === 'draft' ? 'link' : 'list'),
      covers: (post, reader) => hasFile(post) && reader.account !== null,
      async read(world, reader) {
        const paths = world.authors.map(({ name }) => `/all-photos?user=${name}&order=desc`);
        const ids = await Promise.all(paths.map((path) => photosAt(world, reader, path)));
        return ids.flatMap((some) => some ?? []);
      },
    },
  ),
  accountByAccount(
    { title: 'hmlet: whose photos there are', routes: ['GET /compat/hmlet/all-photos'] },
    {
      covers: (_account, reader) => reader.account !== null,
      ask: ({ server }, { account }, { name }) =>
        send(server, account, 'GET', `/compat/hmlet/all-photos?user=${name}`),
    },
  ),
  ...(['my-photos', 'my-drafts'] as const).map((list) =>
    postsInList(
      { title: `hmlet: ${list}`, routes: [`GET /compat/hmlet/${list}`] },
      {
        place: 'link',
        covers: (post, reader) =>
          isOwn(post, reader) && hasFile(post) && (list === 'my-photos' || post.state === 'draft'),
        read: (world, reader) => photosAt(world, reader, `/${list}`),
      },
    ),
  ),
  mediumByMedium(
    {
      title: 'hmlet: a picture or a document, by its key',
      routes: ['GET /compat/hmlet/pictures/:key'],
    },
    {
      // Pictures need a token there, published documents do not.
      covers: ({ purpose }, { account }) =>
        purpose === 'document' || (purpose !== 'file' && account !== null),
      ask: async ({ server }, { account }, { publicKey }) => [
        await send(server, account, 'GET', `/compat/hmlet/pictures/${publicKey}`),
      ],
    },
  ),
];

type Picture = { id: number; username: string; data: string };

/** Mithril lists pictures of posts and files, but no profile pictures and no drafts. */
const isListed = ({ purpose, post }: Medium) =>
  purpose === 'file' || (post !== null && post.state !== 'draft' && !post.replyTo);

async function picturesAt({ server }: World, { account }: Reader, query: string) {
  const path = `/compat/mithril/api/picture?limit=500${query}`;
  const { body, status } = await send(server, account, 'GET', path);
  const none = { total: 0, pictures: [] as Picture[] };
  return status === 200 ? (body.data as { total: number; pictures: Picture[] }) : none;
}

/** The names of what was listed, and which of them have the wrong bytes for this reader. */
async function namesOf(world: World, { account }: Reader, pictures: Picture[]): Promise<string[]> {
  const photo = await aPhotoWithMetadata();
  return pictures.map(({ id, data }) => {
    const medium = world.media.find((it) => it.id === id);
    if (!medium) return `unknown: ${id}`;
    const { name, owner, purpose } = medium;
    const bytes = Buffer.from(data, 'base64');
    if (purpose === 'file' || purpose === 'document') return name;
    const isExact = owner === account || purpose === 'given-back';
    if (isExact) return bytes.equals(photo) ? name : `${name}, but not as it was uploaded`;
    return bytes.includes('Exif') || bytes.length === 0 ? `${name}, but with its metadata` : name;
  });
}

function listedFor(world: World, reader: Reader): Medium[] {
  if (reader.account === null) return [];
  return world.media.filter(
    (it) => isListed(it) && seesMedium(world, reader, it) && meets(world, reader, it.owner),
  );
}

const mithril: Read[] = [
  {
    title: 'mithril: pictures of all',
    routes: ['GET /compat/mithril/api/picture'],
    shown: async (world, reader) =>
      namesOf(world, reader, (await picturesAt(world, reader, '')).pictures),
    expected: (world, reader) => listedFor(world, reader).map(({ name }) => name),
  },
  {
    title: 'mithril: pictures of each author',
    routes: ['GET /compat/mithril/api/picture'],
    async shown(world, reader) {
      const lists = world.authors.map(async ({ name }) => {
        const { total, pictures } = await picturesAt(world, reader, `&username=${name}`);
        const found = await namesOf(world, reader, pictures);
        return [...found, ...(total === found.length ? [] : [`${name} has ${total}`])];
      });
      return (await Promise.all(lists)).flat();
    },
    expected: (world, reader) => listedFor(world, reader).map(({ name }) => name),
  },
  {
    title: 'mithril: how many pictures there are',
    routes: ['GET /compat/mithril/api/picture'],
    isCounter: true,
    isFor: ({ account }) => account !== null && isShown(account),
    shown: async (world, reader) => [String((await picturesAt(world, reader, '')).total)],
    expected: (world, reader) => [String(listedFor(world, reader).length)],
  },
];

const isInTimeline = (post: Post, { account }: Reader, { follows }: World) =>
  post.text !== '' &&
  account !== null &&
  (post.author === account || follows.some(([from, to]) => from === account && to === post.author));

async function timelineAt({ server }: World, { account }: Reader, query: string) {
  const { body, status } = await send(server, account, 'GET', `/compat/mini-sns/timeline${query}`);
  return status === 200 ? (body.timeline as Array<{ id: number; tweet: string }>) : [];
}

const miniSns: Read[] = [
  postsInList(
    { title: 'mini-sns: the timeline', routes: ['GET /compat/mini-sns/timeline'] },
    {
      place: 'list',
      covers: isInTimeline,
      keyOf: ({ text }) => text,
      read: async (world, reader) =>
        (await timelineAt(world, reader, '')).map(({ tweet }) => tweet),
    },
  ),
  postsInList(
    { title: 'mini-sns: the timeline, in detail', routes: ['GET /compat/mini-sns/timeline'] },
    {
      place: 'list',
      covers: isInTimeline,
      read: async (world, reader) =>
        (await timelineAt(world, reader, '?detail=1')).map(({ id }) => id),
    },
  ),
  ...(['like-tweet', 'like', 'like_tweet'] as const).map((path) =>
    postByPost(
      {
        title: `mini-sns: a tweet, by ${path} and its opposite`,
        routes: [`POST /compat/mini-sns/${path}`, `POST /compat/mini-sns/un${path}`],
        isFor: isCarla,
      },
      {
        async ask({ server }, { account }, id) {
          const body = { like: id, unlike: id };
          const liked = await send(server, account, 'POST', `/compat/mini-sns/${path}`, { body });
          await send(server, account, 'POST', `/compat/mini-sns/un${path}`, { body });
          return liked;
        },
      },
    ),
  ),
  accountByAccount(
    {
      title: 'mini-sns: an account that is followed, and not any more',
      routes: ['POST /compat/mini-sns/follow', 'POST /compat/mini-sns/unfollow'],
      isFor: isCarla,
    },
    {
      covers: (account, reader) => account !== reader.account,
      async ask({ server }, { account }, { id }) {
        const body = { follow: id, unfollow: id };
        const followed = await send(server, account, 'POST', '/compat/mini-sns/follow', { body });
        await send(server, account, 'POST', '/compat/mini-sns/unfollow', { body });
        return followed;
      },
    },
  ),
  ...(['local', 's3'] as const).map((location) =>
    accountByAccount(
      {
        title: `mini-sns: a profile picture, ${location}`,
        routes: ['GET /compat/mini-sns/profile-picture/:location/:userId'],
      },
      {
        ignoresBlocks: true,
        covers: (account, _reader, { authors }) => authors.includes(account),
        ask: ({ server }, { account }, { id }) =>
          send(server, account, 'GET', `/compat/mini-sns/profile-picture/${location}/${id}`),
      },
    ),
  ),
];

const flaskApi: Read[] = (['GET', 'PUT'] as const).flatMap((method) => [
  accountByAccount(
    {
      title: `flask-api: the document of a user, by ${method}`,
      routes: [`${method} /compat/flask-api/api/user/:username`],
    },
    {
      ignoresBlocks: true,
      covers: (_account, reader) => reader.account !== null,
      ask: ({ server }, { account }, { name }) =>
        send(server, account, method, `/compat/flask-api/api/user/${name}`),
    },
  ),
  ...(['all', 'active'] as const).map(
    (list): Read => ({
      title: `flask-api: documents of ${list}, by ${method}`,
      routes: [`${method} /compat/flask-api/api/user/${list}`],
      async shown({ server }, { account }) {
        const path = `/compat/flask-api/api/user/${list}`;
        const answer = await send(server, account, method, path);
        if (!isOk(answer)) return [];
        const { results, total } = answer.body;
        const names = results.map(({ username }: { username: string }) => username);
        return [...names, ...(total === names.length ? [] : [`there are ${total}`])];
      },
      expected: ({ accounts }, { account }) =>
        account === null ? [] : accounts.filter(isShown).map(({ name }) => name),
    }),
  ),
]);

export const olderReads: Read[] = [...hmlet, ...mithril, ...miniSns, ...flaskApi];
