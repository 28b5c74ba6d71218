import { describe, expect, it } from 'vitest';
import {
  activeAuthor,
  canSee,
  canSeeMedia,
  type MediaFacts,
  noRelation,
  type Place,
  type PostFacts,
  type PostViewer,
  type Relation,
  type Standing,
  standingOf,
} from '../../src/domain/visibility/visibility.ts';

const alice = activeAuthor(1);
const bob = { accountId: 2 };

type Who = { viewer: PostViewer; relation: Relation };

const related = (relation: Partial<Relation>): Who => ({
  viewer: bob,
  relation: { ...noRelation, ...relation },
});

/** The columns of the table, each as somebody who reads a post of alice. */
const viewers = {
  author: { viewer: { accountId: alice.id }, relation: noRelation },
  follower: related({ follows: true }),
  'signed in': related({}),
  followed: related({ followedBy: true }),
  anonymous: { viewer: null, relation: noRelation },
  'blocked by alice': related({ blockedBy: true }),
  'blocked alice': related({ blocks: true }),
  mentioned: related({ mentioned: true }),
  'mentioned follower': related({ mentioned: true, follows: true }),
  'mentioned, blocked by alice': related({ mentioned: true, blockedBy: true }),
  'mentioned, blocked alice': related({ mentioned: true, blocks: true }),
  'both blocked': related({ blocks: true, blockedBy: true }),
} satisfies Record<string, Who>;

type Viewer = keyof typeof viewers;
type Row = PostFacts['visibility'] | 'draft' | 'scheduled' | 'deleted';

const nowhere = '';
const byLink = 'link';
const inLists = 'link list';
const everywhere = 'link list discovery';

const openTo = (places: string): Record<Viewer, string> => ({
  author: places,
  follower: places,
  'signed in': places,
  followed: places,
  anonymous: places,
  'blocked by alice': nowhere,
  'blocked alice': byLink,
  mentioned: places,
  'mentioned follower': places,
  'mentioned, blocked by alice': nowhere,
  'mentioned, blocked alice': byLink,
  'both blocked': nowhere,
});

const closedBut = (places: Partial<Record<Viewer, string>>): Record<Viewer, string> => ({
  ...(Object.fromEntries(Object.keys(viewers).map((who) => [who, nowhere])) as Record<
    Viewer,
    string
  >),
  ...places,
});

/** Where each viewer sees each kind of post of an active author. */
const table: Record<Row, Record<Viewer, string>> = {
  public: openTo(everywhere),
  unlisted: openTo(inLists),
  followers: closedBut({ author: inLists, follower: inLists, 'mentioned follower': inLists }),
  direct: closedBut({ author: inLists, mentioned: inLists, 'mentioned follower': inLists }),
  draft: closedBut({ author: byLink }),
  scheduled: closedBut({ author: byLink }),
  deleted: closedBut({}),
};

const rows = Object.keys(table) as Row[];
const cells = rows.flatMap((row) =>
  (Object.keys(viewers) as Viewer[]).map((who) => [row, who, table[row][who]] as const),
);

/** An unpublished post is hidden whatever visibility it will have. */
function postsOf(row: Row): PostFacts[] {
  const visibilities = ['public', 'unlisted', 'followers', 'direct'] as const;
  if (row === 'draft' || row === 'scheduled' || row === 'deleted') {
    return visibilities.map((visibility) => ({ state: row, visibility }));
  }
  return [{ state: 'published', visibility: row }];
}

function placesOf(post: PostFacts, { viewer, relation }: Who, standing: Standing): string {
  const places: Place[] = ['link', 'list', 'discovery'];
  const author = { ...alice, standing };
  return places.filter((place) => canSee(viewer, post, author, relation, place)).join(' ');
}

describe('who may see a post', () => {
  it.each(cells)('%s, %s: %s', (row, who, places) => {
    for (const post of postsOf(row)) {
      expect(placesOf(post, viewers[who], 'active')).toBe(places);
    }
  });

  it.each(rows)('nobody sees one that is %s while its author is disabled or closed', (row) => {
    for (const post of postsOf(row)) {
      for (const who of Object.values(viewers)) {
        expect(placesOf(post, who, 'disabled')).toBe(nowhere);
        expect(placesOf(post, who, 'closed')).toBe(nowhere);
      }
    }
  });

  it('an anonymous viewer has no relation, whatever is said', () => {
    const everything = { follows: true, followedBy: true, mentioned: true };
    const relation = { ...noRelation, ...everything };
    for (const visibility of ['followers', 'direct'] as const) {
      expect(canSee(null, { state: 'published', visibility }, alice, relation)).toBe(false);
    }
  });
});

describe('who may see a picture', () => {
  const seenBy = (media: MediaFacts, standing: Standing = 'active') =>
    Object.entries(viewers)
      .filter(([, { viewer, relation }]) =>
        canSeeMedia(viewer, media, { ...alice, standing }, relation),
      )
      .map(([name]) => name);

  it.each(rows)('whoever may see its post, when that is %s', (row) => {
    for (const post of postsOf(row)) {
      const seeing = Object.keys(viewers).filter((who) => table[row][who as Viewer] !== nowhere);
      for (const purpose of ['post', 'given-back', 'document'] as const) {
        expect(seenBy({ purpose, post })).toEqual(seeing);
      }
    }
  });

  it.each(['post', 'given-back', 'document'] as const)(
    'its owner alone, for a %s without a post',
    (purpose) => {
      expect(seenBy({ purpose, post: null })).toEqual(['author']);
    },
  );

  it.each(['avatar', 'file'] as const)('everybody, for an %s', (purpose) => {
    expect(seenBy({ purpose, post: null })).toEqual(Object.keys(viewers));
  });

  it.each(['post', 'avatar', 'file'] as const)(
    'nobody, for an %s of somebody who is disabled or closed',
    (purpose) => {
      expect(seenBy({ purpose, post: null }, 'disabled')).toEqual([]);
      expect(seenBy({ purpose, post: null }, 'closed')).toEqual([]);
    },
  );
});

describe('the standing of an account', () => {
  const at = '2026-06-01T12:00:00.000Z';

  it.each([
    [null, null, 'active'],
    [at, null, 'disabled'],
    [null, at, 'closed'],
    [at, at, 'closed'],
  ] as const)('disabled at %s, deleted at %s: %s', (disabled_at, deleted_at, standing) => {
    expect(standingOf({ disabled_at, deleted_at })).toBe(standing);
  });
});
