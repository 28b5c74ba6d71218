import { invalid } from '../../domain/errors.ts';
import type { TextView } from '../../domain/feeds/timelines.ts';
import { lengthOf } from '../../domain/text.ts';
import { type ContractApp, type RouteContext, WireFault } from '../contract.ts';
import { fieldsOf, idOf, nothing } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { textsOf } from './wire.ts';

const maxLength = 300;
/** Far above what a client of it ever showed. */
const maxTimeline = 10_000;

export function tweetRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { posts, likes, feeds } = services;

  app.post(
    '/tweet',
    { schema: { operationId: 'tweet', summary: 'Write a tweet' }, ...tokenFirst(viewer) },
    async (request, reply) => {
      const who = await viewer(request);
      const { tweet } = textsOf(request.body, ['tweet']);
      if (lengthOf(tweet) > maxLength) throw new WireFault(400, 'over 300 character');
      const post = await posts.create(who, {
        text: tweet,
        mediaIds: [],
        state: 'published',
        idempotencyKey: null,
        isEmptyAllowed: true,
      });
      return nothing(reply.header('x-tweet-id', post.id));
    },
  );

  app.get(
    '/timeline',
    { schema: { operationId: 'readTimeline', summary: 'Own tweets and those of the followed' } },
    async (request) => {
      const who = await viewer(request);
      const isDetailed = fieldsOf(request.query).detail === '1';
      const views = await feeds.wholeTimeline(who, maxTimeline);
      const present = isDetailed ? detailed : plain;
      return { user_id: who.accountId, timeline: views.map(present) };
    },
  );

  for (const [index, path] of ['/like-tweet', '/like', '/like_tweet'].entries()) {
    app.post(
      path,
      {
        schema: { operationId: `like${index || ''}`, summary: 'Like a tweet' },
        ...tokenFirst(viewer),
      },
      async (request, reply) => {
        const who = await viewer(request);
        await likes.like(who, tweetIdIn(request.body, 'like'));
        return nothing(reply);
      },
    );
  }

  for (const [index, path] of ['/unlike-tweet', '/unlike', '/unlike_tweet'].entries()) {
    app.post(
      path,
      {
        schema: { operationId: `unlike${index || ''}`, summary: 'Take a like back' },
        ...tokenFirst(viewer),
      },
      async (request, reply) => {
        const who = await viewer(request);
        await likes.unlike(who, tweetIdIn(request.body, 'unlike')).catch(ignoreMissing);
        return nothing(reply);
      },
    );
  }
}

function plain({ authorId, text }: TextView) {
  return { user_id: authorId, tweet: text };
}

function detailed(view: TextView) {
  return {
    ...plain(view),
    id: view.id,
    likes: view.likeCount,
    liked: view.likedByMe,
    created_at: view.publishedAt,
  };
}

function tweetIdIn(body: unknown, field: string): number {
  const fields = fieldsOf(body);
  const id = idOf(fields[field] ?? fields.tweet_id ?? fields.tweet);
  if (id === null) throw invalid(field, 'must be the number of a tweet');
  return id;
}

/** A tweet that is not there is not liked. */
function ignoreMissing(error: unknown): void {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'not_found';
  if (!isMissing) throw error;
}
