import { countOf } from './checks.ts';
import { Connection, wireRequest } from './connection.ts';
import { around, type LoadMaker, type LoadNeeds } from './load-needs.ts';
import { type PostsPage, pages, profiles } from './read-loads.ts';
import type { BenchViewer } from './viewers.ts';

/** What is read by or of any account of the set. Each is read once before: what is measured is a server that has seen all. */

/** First pages of everybody's timelines. */
export const timelineOfAny: LoadMaker = (needs) =>
  postPages(needs, 'timeline-any', (viewer) => ({ path: '/v2/timeline', viewer }));

/** The newest photos of anybody, seen by anybody. */
export const photosOfAny: LoadMaker = (needs) =>
  postPages(needs, 'photos-any', (viewer, owner) => ({
    path: `/v2/users/${owner.username}/posts?filter=with-media`,
    viewer,
  }));

/** Anybody's page, seen by anybody. */
export const profileOfAny: LoadMaker = async (needs) => {
  const everyone = await needs.everyone();
  const load = profiles('profile-any', everyone);
  const connection = await Connection.open(needs.address);
  for (const n of everyone.keys()) await connection.send(load.request(n));
  connection.close();
  return load;
};

type Page = { path: string; viewer: BenchViewer };

async function postPages(
  needs: LoadNeeds,
  name: string,
  pageOf: (viewer: BenchViewer, next: BenchViewer) => Page,
) {
  const everyone = await needs.everyone();
  const connection = await Connection.open(needs.address);
  const requests: PostsPage[] = [];
  for (const [i, account] of everyone.entries()) {
    const { path, viewer } = pageOf(account, around(everyone, i + 1));
    const request = wireRequest('GET', path, { token: viewer.token });
    const { body } = await connection.send(request);
    const items = countOf(body, '"likeCount":');
    const photos = countOf(body, '"size":"large"');
    if (items > 0) requests.push({ request, items, photos });
  }
  connection.close();
  return requests.length > 0 ? pages(name, requests) : null;
}
