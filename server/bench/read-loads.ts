import { countOf, pageFault, partsFault } from './checks.ts';
import { type WireRequest, wireRequest } from './connection.ts';
import { around, type LoadMaker, type LoadNeeds } from './load-needs.ts';
import type { Load } from './measure.ts';
import type { BenchViewer } from './viewers.ts';

const pageSize = 20;
/** Pages that the deeper page is below the first. */
const pagesDown = 4;

type PostPage = { nextCursor: string | null };

/** The first page of an account with exactly so many followees. */
export function timelineOf(followees: number): LoadMaker {
  return async ({ exact }) => {
    const viewer = await exact(followees);
    if (!viewer) return null;
    const request = wireRequest('GET', '/v2/timeline', { token: viewer.token });
    return pages(`timeline-${followees}`, [{ request, items: pageSize }]);
  };
}

/** First pages of all sorts of accounts whose timelines fill one. */
export const timeline: LoadMaker = async (needs) => {
  const requests: PostsPage[] = [];
  for (const { token } of await needs.crowd()) {
    const path = '/v2/timeline';
    if (countOf(await needs.read(path, token), '"likeCount":') < pageSize) continue;
    requests.push({ request: wireRequest('GET', path, { token }), items: pageSize });
  }
  return requests.length > 0 ? pages('timeline', requests) : null;
};

/** A page further down the timelines of all sorts of accounts. */
export const deeperPage: LoadMaker = async (needs) => {
  const requests: PostsPage[] = [];
  for (const viewer of await needs.crowd()) {
    const path = await deeperPath(needs, viewer);
    if (path === null) continue;
    const request = wireRequest('GET', path, { token: viewer.token });
    requests.push({ request, items: pageSize });
  }
  return requests.length > 0 ? pages('deeper-page', requests) : null;
};

/** Walks down as clients do; null where the timeline ends too early. */
async function deeperPath(needs: LoadNeeds, { token }: BenchViewer): Promise<string | null> {
  let path = '/v2/timeline';
  for (let page = 0; page < pagesDown; page += 1) {
    const body = await needs.read(path, token);
    const { nextCursor } = JSON.parse(body.toString()) as PostPage;
    if (nextCursor === null) return null;
    path = `/v2/timeline?cursor=${nextCursor}`;
  }
  const last = await needs.read(path, token);
  return countOf(last, '"likeCount":') === pageSize ? path : null;
}

/** Pages of accounts, seen by others. */
export const profile: LoadMaker = async (needs) => profiles('profile', await needs.crowd());

/** The page of each account, seen by the one before it. */
export function profiles(name: string, accounts: readonly BenchViewer[]): Load {
  const requests = accounts.map(({ token }, i) => {
    const { username } = around(accounts, i + 1);
    return {
      request: wireRequest('GET', `/v2/users/${username}`, { token }),
      parts: [`"username":"${username}"`, '"followerCount":', '"followedByMe":'],
    };
  });
  return {
    name,
    request: (n) => around(requests, n).request,
    fault: (response, n) => partsFault(response, { status: 200, parts: around(requests, n).parts }),
  };
}

/** The newest photos of all. */
export const photosOfAll: LoadMaker = async (needs) => {
  const requests = (await needs.crowd()).map(({ token }) => ({
    request: wireRequest('GET', '/v2/explore?filter=with-media', { token }),
    items: pageSize,
    photos: pageSize,
  }));
  return pages('photos-explore', requests);
};

/** The newest photos of one account: of those who post most, so that the page is full where the set is large. */
export const photosOfUser: LoadMaker = async (needs) => {
  const requests: PostsPage[] = [];
  for (const [i, { token }] of (await needs.crowd()).entries()) {
    const path = `/v2/users/user-${1 + (i % 50)}/posts?filter=with-media`;
    const photos = countOf(await needs.read(path, token), '"size":"large"');
    requests.push({ request: wireRequest('GET', path, { token }), items: photos, photos });
  }
  return pages('photos-user', requests);
};

/** A request for a page of posts, and how many posts and photos its answer has. */
export type PostsPage = { request: WireRequest; items: number; photos?: number };

/** Sends requests for pages around and around. */
export function pages(name: string, requests: readonly PostsPage[]): Load {
  return {
    name,
    request: (n) => around(requests, n).request,
    fault: (response, n) => pageFault(response, around(requests, n)),
    items: (n) => around(requests, n).items,
  };
}
