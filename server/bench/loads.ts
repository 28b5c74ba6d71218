import { photosOfAny, profileOfAny, timelineOfAny } from './everyone-loads.ts';
import { around, type LoadMaker } from './load-needs.ts';
import type { Load } from './measure.ts';
import { photo, photoAndPost, storm } from './photo-loads.ts';
import {
  deeperPage,
  photosOfAll,
  photosOfUser,
  profile,
  timeline,
  timelineOf,
} from './read-loads.ts';
import { follow, like, login, post, upload } from './write-loads.ts';

/** What an evening of a photo app might look like: mostly looking, some touching, few pictures. */
const shares: ReadonlyArray<[LoadMaker, percent: number]> = [
  [timeline, 55],
  [deeperPage, 12],
  [profile, 10],
  [photosOfAll, 5],
  [photosOfUser, 5],
  [like, 8],
  [follow, 2],
  [post, 2],
  [upload, 0.5],
  [login, 0.5],
];

const mixed: LoadMaker = async (needs) => {
  const hand: Load[] = [];
  for (const [make, percent] of shares) {
    const load = await make(needs);
    if (load) hand.push(...Array.from({ length: percent * 2 }, () => load));
  }
  // A stride that shares no factor with the number of cards deals them all, well mixed.
  const loadOf = (n: number) => around(hand, n * 83);
  return {
    name: 'mixed',
    request: (n) => loadOf(n).request(n),
    fault: (response, n) => loadOf(n).fault(response, n),
    async settle() {
      for (const load of new Set(hand)) await load.settle?.();
    },
  };
};

/** In the order in which they run: what the writes leave behind must not slow the reads. */
export const loads: Record<string, LoadMaker> = {
  'timeline-10': timelineOf(10),
  'timeline-100': timelineOf(100),
  'timeline-1000': timelineOf(1000),
  timeline,
  'timeline-any': timelineOfAny,
  'deeper-page': deeperPage,
  profile,
  'profile-any': profileOfAny,
  'photos-explore': photosOfAll,
  'photos-user': photosOfUser,
  'photos-any': photosOfAny,
  like,
  follow,
  post,
  upload,
  photo,
  'photo+post': photoAndPost,
  storm,
  login,
  mixed,
};
