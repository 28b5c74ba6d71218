import type {
  AccountNameRow,
  AccountRow,
  FollowRow,
  LikeRow,
  MediaRow,
  PostRow,
} from '../../db/schema.ts';
import { noPhotoColumns } from '../../domain/media/new-media-row.ts';
import { timeKeys, timeOfKey } from '../../domain/paging.ts';
import { type Chance, chanceOf, hexKey, pick } from './chance.ts';
import { type LargeSetPlan, likersOf } from './large-set-plan.ts';
import type { Sample } from './sample-media.ts';

/** Ids of the set's first account, post and medium. */
export type FirstIds = { account: number; post: number; media: number };

/** The set's year: before the clock of the tests, and over, so that whatever is posted from now on is newer. */
const firstDayMs = Date.UTC(2025, 5, 1);
const lastDayMs = Date.UTC(2026, 5, 1);
const joinedAt = new Date(firstDayMs).toISOString();

const subjects = ['light', 'a quiet hour', 'the hills', 'blue', 'wind', 'the last bus', 'rain'];
const moods = ['over the dunes', 'before anybody is up', 'from the bridge', 'again', 'at the edge'];
const ends = [
  'Stayed until it was gone.',
  'No filter, no hurry.',
  'More tomorrow.',
  'Worth the walk.',
];

export function* accountRows(
  plan: LargeSetPlan,
  { first, samples, passwordHash }: { first: FirstIds; samples: Sample[]; passwordHash: string },
): Generator<AccountRow> {
  const counts = countRows(plan, samples);
  for (const [user, username] of plan.usernames.entries()) {
    yield {
      id: first.account + user,
      username,
      email: emailOf(username),
      email_verified_at: null,
      phone: null,
      phone_verified_at: null,
      language: 'en',
      last_login_at: null,
      login_name: null,
      display_name: username.replace('-', ' ').replace(/^\w/, (c) => c.toUpperCase()),
      display_name_key: username.replace('-', ' '),
      bio: `One of the large set: ${username}.`,
      role: 'user',
      password_hash: passwordHash,
      recovered_at: null,
      avatar_media_id: null,
      next_avatar_media_id: null,
      post_count: counts.posts[user] ?? 0,
      follower_count: counts.followers[user] ?? 0,
      following_count: plan.followees[user]?.length ?? 0,
      media_bytes: counts.mediaBytes[user] ?? 0,
      created_at: joinedAt,
      updated_at: joinedAt,
      disabled_at: null,
      deleted_at: null,
    };
  }
}

export function* accountNameRows(plan: LargeSetPlan, first: FirstIds): Generator<AccountNameRow> {
  for (const [user, username] of plan.usernames.entries()) {
    const account_id = first.account + user;
    yield { name_key: username, account_id, kind: 'username' };
    yield { name_key: emailOf(username), account_id, kind: 'email' };
  }
}

export function* followRows(plan: LargeSetPlan, first: FirstIds): Generator<FollowRow> {
  const total = plan.followees.reduce((sum, of) => sum + of.length, 0);
  const newKey = spacedKeys(total, chanceOf('follow keys'));
  for (const [user, followees] of plan.followees.entries()) {
    for (const followee of followees) {
      yield {
        follower_id: first.account + user,
        followee_id: first.account + followee,
        follow_key: newKey(),
        follower_hidden: 0,
        followee_hidden: 0,
      };
    }
  }
}

export function* postRows(plan: LargeSetPlan, first: FirstIds): Generator<PostRow> {
  const chance = chanceOf('texts');
  const newKey = spacedKeys(plan.authors.length, chanceOf('feed keys'));
  for (const [post, author] of plan.authors.entries()) {
    const key = newKey();
    const at = timeOfKey(key).toISOString();
    yield {
      id: first.post + post,
      account_id: first.account + author,
      state: 'published',
      text: textOf(chance, post),
      has_media: hasPhoto(post) ? 1 : 0,
      feed_key: key,
      status_key: key,
      hidden_key: null,
      reply_to_id: null,
      root_id: null,
      reply_count: 0,
      like_count: plan.likeCounts[post] ?? 0,
      created_at: at,
      updated_at: at,
      published_at: at,
    };
  }
}

export function* mediaRows(
  plan: LargeSetPlan,
  { first, samples }: { first: FirstIds; samples: Sample[] },
): Generator<MediaRow> {
  const chance = chanceOf('media keys');
  let id = first.media;
  for (const [post, author] of plan.authors.entries()) {
    const sample = sampleOf(post, samples);
    if (!sample) continue;
    yield {
      id,
      account_id: first.account + author,
      purpose: 'post',
      post_id: first.post + post,
      position: 0,
      is_animated: 0,
      file_name: null,
      original_key: `originals/${hexKey(chance)}`,
      public_key: hexKey(chance),
      alt: 'A painted landscape',
      created_at: joinedAt,
      ...noPhotoColumns,
      ...sample.columns,
    };
    id += 1;
  }
}

export function* likeRows(plan: LargeSetPlan, first: FirstIds): Generator<LikeRow> {
  const chance = chanceOf('likes');
  const total = plan.likeCounts.reduce((a, b) => a + b, 0);
  const newKey = spacedKeys(total, chance);
  for (const [post, count] of plan.likeCounts.entries()) {
    for (const liker of likersOf(chance, plan.usernames.length, count)) {
      yield {
        post_id: first.post + post,
        account_id: first.account + liker,
        like_key: newKey(),
        hidden: 0,
      };
    }
  }
}

/** How many media the plan has: three posts of ten show a photo. */
export function mediaCountOf(plan: LargeSetPlan): number {
  return plan.authors.reduce((count, _, post) => count + (hasPhoto(post) ? 1 : 0), 0);
}

/** Photo of a post, if it has one. */
export function sampleOf(post: number, samples: readonly Sample[]): Sample | undefined {
  return hasPhoto(post) ? samples[post % samples.length] : undefined;
}

/** Three of ten; the factor scatters them. */
function hasPhoto(post: number): boolean {
  return (post * 7) % 10 < 3;
}

function countRows(plan: LargeSetPlan, samples: Sample[]) {
  const users = plan.usernames.length;
  const posts = new Uint32Array(users);
  const mediaBytes = new Float64Array(users);
  const followers = new Uint32Array(users);
  for (const [post, author] of plan.authors.entries()) {
    posts[author] = (posts[author] ?? 0) + 1;
    const bytes = sampleOf(post, samples)?.columns.bytes ?? 0;
    mediaBytes[author] = (mediaBytes[author] ?? 0) + bytes;
  }
  for (const followees of plan.followees) {
    for (const followee of followees) followers[followee] = (followers[followee] ?? 0) + 1;
  }
  return { posts, mediaBytes, followers };
}

/** Keys that rise over the set's year in `count` even steps, each somewhere within its step. */
function spacedKeys(count: number, chance: Chance): () => number {
  const stepMs = (lastDayMs - firstDayMs) / count;
  let made = 0;
  let atMs = firstDayMs;
  const newKey = timeKeys(() => new Date(atMs), chance);
  return () => {
    atMs = firstDayMs + (made + chance()) * stepMs;
    made += 1;
    return newKey();
  };
}

function emailOf(username: string): string {
  return `${username}@example.com`;
}

function textOf(chance: Chance, post: number): string {
  const [subject, mood, end] = [subjects, moods, ends].map(
    (words) => words[pick(chance, words.length)],
  );
  return `No. ${post + 1}: ${subject} ${mood}. ${end}`;
}
