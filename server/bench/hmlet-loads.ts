import { partsFault } from './checks.ts';
import { wireRequest } from './connection.ts';
import { listLoad } from './list-load.ts';
import { around, type LoadMaker, type LoadNeeds, type PairMaker } from './load-needs.ts';
import type { Load } from './measure.ts';
import type { OlderDoor } from './older-viewers.ts';
import { formOf, grainyPhoto } from './photo.ts';
import { type PostsPage, pages, photosOfAll } from './read-loads.ts';
import { untilReady, upload } from './write-loads.ts';

const door: OlderDoor = {
  path: '/compat/hmlet/login',
  bodyOf: (username, password) => ({ username, password }),
  tokenIn: (answer) => answer.access_token,
};

/** Of `/v2`. */
const longestPage = 100;

type Ids = number[];
type Photos = { photos: Array<{ id: number }> };
type V2Page = { items: Array<{ id: number; media: Array<{ id: number }> }> };
type Listed = { path: string; token: string; ids: Ids };

/** The newest photos of all, as many as the contract answers at once, beside a page of `/v2`. */
export const allPhotos: PairMaker = async (needs) => {
  const v2 = await photosOfAll(needs);
  if (!v2) return null;
  const listed: Listed[] = [];
  const path = '/all-photos?order=desc';
  for (const { olderToken } of await needs.atOlder(await needs.crowd(), door)) {
    const ids = listed[0]?.ids ?? idsIn(await needs.read(path, olderToken));
    listed.push({ path, token: olderToken, ids });
  }
  const newest = await needs.read(
    '/v2/explore?filter=with-media',
    (await needs.crowd())[0]?.token ?? '',
  );
  checkSame(listed[0]?.ids ?? [], v2IdsIn(newest));
  return { older: lists('hmlet-all-photos', listed), v2 };
};

/** The photos of those who have no more than a page of `/v2` holds: both answer the same. */
export const myPhotos: PairMaker = async (needs) => {
  const listed: Listed[] = [];
  const v2: PostsPage[] = [];
  const path = '/my-photos?order=desc';
  for (const viewer of await needs.atOlder(await needs.crowd(), door)) {
    const { username, token, olderToken } = viewer;
    const v2Path = `/v2/users/${username}/posts?filter=with-media&limit=${longestPage}`;
    const ids = idsIn(await needs.read(path, olderToken));
    if (ids.length === 0 || ids.length > longestPage) continue;
    checkSame(ids, v2IdsIn(await needs.read(v2Path, token)));
    listed.push({ path, token: olderToken, ids });
    const request = wireRequest('GET', v2Path, { token });
    v2.push({ request, items: ids.length, photos: ids.length });
  }
  return listed.length === 0
    ? null
    : { older: lists('hmlet-my-photos', listed), v2: pages('photos-own', v2) };
};

/** A photo of 100 kB; what is measured includes its sizes. */
export const uploads: PairMaker = async (needs) => {
  const v2 = await upload(needs);
  const older = await olderUpload(needs);
  return v2 && older && { older, v2 };
};

const olderUpload: LoadMaker = async (needs) => {
  const viewers = await needs.atOlder(await needs.crowd(), door);
  const photo = await grainyPhoto();
  let last: { postId: number; token: string } | null = null;
  return {
    name: 'hmlet-upload',
    request(n) {
      // One account has a file name only once.
      const { body, type } = formOf(photo, `photo-${n}.jpg`);
      return wireRequest('POST', '/upload-photo', {
        token: around(viewers, n).olderToken,
        body,
        type,
      });
    },
    fault(response, n) {
      const parts = ['"message":"File successfully uploaded"', '"id":'];
      const fault = partsFault(response, { status: 201, parts });
      if (fault !== null) return fault;
      const { id: postId } = JSON.parse(response.body.toString()) as { id: number };
      last = { postId, token: around(viewers, n).token };
      return null;
    },
    async settle() {
      if (last) await untilDraftReady(needs, last);
    },
  };
};

async function untilDraftReady(
  needs: LoadNeeds,
  { postId, token }: { postId: number; token: string },
): Promise<void> {
  const post = JSON.parse((await needs.read(`/v2/posts/${postId}`, token)).toString());
  const [picture] = (post as V2Page['items'][number]).media;
  await untilReady(needs, { id: picture?.id ?? 0, token });
}

function lists(name: string, listed: readonly Listed[]): Load {
  const requests = listed.map(({ path, token, ids }) => ({
    request: wireRequest('GET', path, { token }),
    items: ids.length,
    parts: [`{"photos":[{"id":${ids[0]},`, `{"id":${ids.at(-1)},"userid":`],
  }));
  return listLoad(name, '"updates_at":', requests);
}

function idsIn(answer: Buffer): Ids {
  const { photos }: Photos = JSON.parse(answer.toString());
  return photos.map(({ id }) => id);
}

function v2IdsIn(answer: Buffer): Ids {
  const { items }: V2Page = JSON.parse(answer.toString());
  return items.map(({ id }) => id);
}

function checkSame(older: Ids, v2: Ids): void {
  if (older.slice(0, v2.length).join() !== v2.join()) {
    throw new Error(`A list shows other photos than /v2: ${older[0]} and ${v2[0]} first`);
  }
}
