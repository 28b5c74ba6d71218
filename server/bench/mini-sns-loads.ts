import { jsonRequest, wireRequest } from './connection.ts';
import { listLoad } from './list-load.ts';
import type { LoadNeeds, PairMaker } from './load-needs.ts';
import type { Load, LoadPair } from './measure.ts';
import type { OlderDoor, OlderViewer } from './older-viewers.ts';
import { type PostsPage, pages } from './read-loads.ts';
import { type BenchViewer, emailOf } from './viewers.ts';

const door: OlderDoor = {
  path: '/compat/mini-sns/login',
  bodyOf: (username, password) => ({ email: emailOf(username), password }),
  tokenIn: (answer) => answer.access_token,
};

const pageSize = 20;

type Timeline = { user_id: number; timeline: Array<{ user_id: number; tweet: string }> };
type V2Page = { items: Array<{ text: string; author: { id: number } }> };

/** Whole timelines of all sorts of accounts, beside first pages of the same. */
export const wholeTimelines: PairMaker = async (needs) =>
  timelines(needs, await needs.crowd(), ['mini-sns-timeline', 'timeline']);

/** Timelines that are no longer than a page, so that both answer the same. */
export const shortTimelines: PairMaker = async (needs) =>
  timelines(needs, await circleOfFriends(needs), ['mini-sns-timeline-20', 'timeline-20']);

async function timelines(
  needs: LoadNeeds,
  viewers: readonly BenchViewer[],
  [olderName, v2Name]: [string, string],
): Promise<LoadPair | null> {
  const v2: PostsPage[] = [];
  const older: Array<{ viewer: OlderViewer; timeline: Timeline }> = [];
  for (const viewer of await needs.atOlder(viewers, door)) {
    const page: V2Page = JSON.parse((await needs.read('/v2/timeline', viewer.token)).toString());
    if (page.items.length < pageSize) continue;
    const request = wireRequest('GET', '/v2/timeline', { token: viewer.token });
    v2.push({ request, items: pageSize });
    const answer = await needs.read('/timeline', viewer.olderToken);
    const timeline: Timeline = JSON.parse(answer.toString());
    checkSame(timeline, page);
    older.push({ viewer, timeline });
  }
  if (v2.length === 0) return null;
  return { older: olderTimelines(olderName, older), v2: pages(v2Name, v2) };
}

function olderTimelines(
  name: string,
  viewers: ReadonlyArray<{ viewer: OlderViewer; timeline: Timeline }>,
): Load {
  const requests = viewers.map(({ viewer, timeline: { user_id, timeline } }) => ({
    request: wireRequest('GET', '/timeline', { token: viewer.olderToken }),
    items: timeline.length,
    parts: [
      `{"user_id":${user_id},"timeline":[${JSON.stringify(timeline[0])}`,
      `${JSON.stringify(timeline.at(-1))}]}`,
    ],
  }));
  return listLoad(name, '"tweet":', requests);
}

/** The end of the one is the beginning of the other, the other way round. */
function checkSame({ timeline }: Timeline, { items }: V2Page): void {
  const newest = timeline.slice(-items.length).reverse();
  const older = newest.map(({ user_id, tweet }) => `${user_id}: ${tweet}`);
  const v2 = items.map(({ author, text }) => `${author.id}: ${text}`);
  if (older.join('\n') !== v2.join('\n')) {
    throw new Error(`A timeline shows other posts than /v2:\n${older[0]}\n${v2[0]}`);
  }
}

/** Ten newcomers who follow each other and have written two posts each. */
async function circleOfFriends(needs: LoadNeeds): Promise<BenchViewer[]> {
  const friends = await needs.newcomers(10);
  for (const { username, token } of friends) {
    for (const other of friends) {
      if (other.username === username) continue;
      await needs.ask(wireRequest('PUT', `/v2/users/${other.username}/follow`, { token }));
    }
    for (const text of ['The light was better an hour ago.', 'And yet.']) {
      await needs.ask(jsonRequest('POST', '/v2/posts', { text: `${username}: ${text}` }, token));
    }
  }
  return friends;
}
