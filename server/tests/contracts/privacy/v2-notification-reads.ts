import { cursorOf } from '../../../src/domain/paging.ts';
import { type EventStream, openStream } from '../../support/event-stream.ts';
import { isOthers, isOwn, meets, type Post, type Reader, seesPost, type World } from './cases.ts';
import { send } from './people.ts';
import { type Read, walk } from './reading.ts';

type Told = {
  kind: string;
  post: { id: number } | null;
  actors: Array<{ username: string }>;
};

/** Describes a notification, with the names of everybody who caused it. */
function toldOf({ posts }: World, { kind, post, actors }: Told): string {
  const who = actors.map(({ username }) => username).toSorted();
  const what = post ? ` ${posts.find(({ id }) => id === post.id)?.name ?? post.id}` : '';
  return `${kind}${what} by ${who.join(', ')}`;
}

/** The post that began a conversation; null for one that is in none. */
function rootOf({ replyTo }: Post): Post | null {
  return replyTo && (rootOf(replyTo) ?? replyTo);
}

/** The notifications that the rule lets the reader see. */
function notificationsOf(world: World, reader: Reader): string[] {
  const { account } = reader;
  if (!account) return [];
  const isTold = (post: Post) => seesPost(world, reader, post, 'list');
  const isMention = ({ text }: Post) =>
    text.includes(`@${account.name} `) || text.endsWith(`@${account.name}`);
  const isAnswered = (post: Post) =>
    [post.replyTo, rootOf(post)].some((answered) => answered && isOwn(answered, reader));
  const calls = world.posts
    .filter((post) => isOthers(post, reader) && (isMention(post) || isAnswered(post)))
    .filter(isTold)
    .map((post) => {
      const kind = isAnswered(post) ? 'replied' : 'mentioned';
      return `${kind} ${post.name} by ${post.author.name}`;
    });
  const follows = world.follows
    .filter(([from, to]) => to === account && meets(world, reader, from))
    .map(([from]) => `followed by ${from.name}`);
  const liked = world.posts
    .filter((post) => isOwn(post, reader) && isTold(post))
    .map((post) => ({
      post,
      who: world.likes
        .filter(([liker, it]) => it === post && liker !== account && meets(world, reader, liker))
        .map(([liker]) => liker.name)
        .toSorted(),
    }))
    .filter(({ who }) => who.length > 0)
    .map(({ post, who }) => `liked ${post.name} by ${who.join(', ')}`);
  return [...calls, ...follows, ...liked];
}

/** What a new stream sends to a client that has missed everything. */
async function missedAt(world: World, open: Promise<EventStream>): Promise<string[]> {
  const stream = await open;
  try {
    if (stream.status !== 200) return [];
    const { data } = await stream.next('unread-count');
    const told = stream.events.filter(({ type }) => type === 'notification');
    return [`${data.count} unread`, ...told.map((event) => toldOf(world, event.data))];
  } finally {
    stream.close();
  }
}

const everything = cursorOf('notifications', 1);

function streamed(world: World, reader: Reader): string[] {
  const told = notificationsOf(world, reader);
  return reader.account ? [`${told.length} unread`, ...told] : [];
}

export const v2NotificationReads: Read[] = [
  {
    title: 'notifications',
    routes: ['GET /v2/notifications'],
    async shown(world, reader) {
      const told = (await walk<Told>(world, reader, '/v2/notifications', 7)) ?? [];
      return told.map((one) => toldOf(world, one));
    },
    expected: notificationsOf,
  },
  {
    title: 'the number of unread notifications',
    routes: ['GET /v2/notifications/unread-count'],
    async shown({ server }, { account }) {
      const path = '/v2/notifications/unread-count';
      const { body, status } = await send(server, account, 'GET', path);
      return status === 200 ? [`${body.count} unread`] : [];
    },
    expected: (world, reader) => streamed(world, reader).slice(0, 1),
  },
  {
    title: 'live events',
    routes: ['GET /v2/events'],
    shown: (world, { account }) => {
      const headers = { 'last-event-id': everything };
      const token = account ? { authorization: account.tokens.v2 } : {};
      const open = openStream(`${world.address}/v2/events`, { ...headers, ...token });
      return missedAt(world, open);
    },
    expected: streamed,
  },
  {
    title: 'live events, by a signed link',
    routes: ['GET /v2/events', 'GET /v2/events/url'],
    async shown(world, { account }) {
      const { body, status } = await send(world.server, account, 'GET', '/v2/events/url');
      if (status !== 200) return [];
      const { pathname, search } = new URL(body.url);
      const address = `${world.address}${pathname}${search}&lastEventId=${everything}`;
      return missedAt(world, openStream(address));
    },
    expected: streamed,
  },
];
