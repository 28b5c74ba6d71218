import { invalid } from '../../domain/errors.ts';
import { chanceOf, pick, pickDifferent, pickPopular, spread } from './chance.ts';

/** How many rows of each kind the large set has. */
export type LargeSetSize = { users: number; posts: number; follows: number; likes: number };

/** Who follows, writes and is liked, by place in the set, from 0. */
export type LargeSetPlan = {
  usernames: string[];
  /** By user: whom the user follows. */
  followees: Uint32Array[];
  /** By post: who wrote it, and how many like it. */
  authors: Uint32Array;
  likeCounts: Uint32Array;
};

/** Accounts with exactly so many followees, named `follows-10` and so on. */
const exactFollowees = [10, 100, 1000];

/** The set's size when only some of its numbers are given. */
export function largeSetSize(
  given: Pick<LargeSetSize, 'users'> & Partial<LargeSetSize>,
): LargeSetSize {
  const { users } = given;
  const posts = given.posts ?? users * 20;
  return {
    users,
    posts,
    follows: given.follows ?? users * Math.min(48, users - 1),
    likes: given.likes ?? users * Math.min(100, posts),
  };
}

/** @throws DomainError `invalid` when there is no such set */
export function checkLargeSetSize({ users, posts, follows, likes }: LargeSetSize): void {
  if (users < 1) throw invalid('users', 'must be at least 1');
  if (follows > users * (users - 1)) {
    throw invalid('follows', `must be at most ${users * (users - 1)}: nobody follows twice`);
  }
  if (likes > users * posts) {
    throw invalid('likes', `must be at most ${users * posts}: nobody likes twice`);
  }
}

/** The same size gives the same plan. */
export function planLargeSet(size: LargeSetSize): LargeSetPlan {
  const { users, posts, likes } = size;
  const exact = exactFolloweesWithin(size);
  const ordinary = users - exact.length;
  const usernames = [
    ...Array.from({ length: ordinary }, (_, i) => `user-${i + 1}`),
    ...exact.map((count) => `follows-${count}`),
  ];
  const authorChance = chanceOf('authors');
  const authors = Uint32Array.from({ length: posts }, () => pickPopular(authorChance, users));
  const likeCounts = spread(chanceOf('like counts'), { total: likes, count: posts, max: users });
  return { usernames, followees: planFollows(size, exact), authors, likeCounts };
}

function planFollows({ users, follows }: LargeSetSize, exact: readonly number[]): Uint32Array[] {
  const chance = chanceOf('follows');
  const total = follows - sumOf(exact);
  const counts = [
    ...spread(chance, { total, count: users - exact.length, max: users - 1 }),
    ...exact,
  ];
  return counts.map((count, user) =>
    pickDifferent(() => pickPopular(chance, users), { count, total: users, except: user }),
  );
}

/** Those of the exact accounts that the set has room for. */
function exactFolloweesWithin({ users, follows }: LargeSetSize): number[] {
  const exact: number[] = [];
  for (const count of exactFollowees) {
    const others = users - exact.length - 1;
    const left = follows - sumOf(exact) - count;
    if (count < users && left >= 0 && left <= others * (users - 1)) exact.push(count);
  }
  return exact;
}

/** Accounts that like a post, each once. */
export function likersOf(chance: () => number, users: number, count: number): Uint32Array {
  return pickDifferent(() => pick(chance, users), { count, total: users, except: -1 });
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
