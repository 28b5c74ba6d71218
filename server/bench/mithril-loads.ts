import { countOf, partsFault } from './checks.ts';
import { jsonRequest, wireRequest } from './connection.ts';
import { around, type LoadMaker, type LoadNeeds, type PairMaker } from './load-needs.ts';
import type { Load } from './measure.ts';
import type { OlderDoor, OlderViewer } from './older-viewers.ts';
import { grainyPhoto } from './photo.ts';
import { untilReady, upload } from './write-loads.ts';

const door: OlderDoor = {
  path: '/compat/mithril/api/user/login',
  bodyOf: (username, password) => ({ username, password }),
  tokenIn: (answer) => answer.data?.token,
};

const picturePath = '/api/picture';
const pageSize = 20;
const bytesPerMegabyte = 1e6;

type Image = { path: string; bytes: Buffer };
type V2Page = { items: Array<{ media: Array<{ images: Array<{ size: string; url: string }> }> }> };

/** A picture of 100 kB as base64; what is measured includes its sizes. */
export const uploads: PairMaker = async (needs) => {
  const v2 = await upload(needs);
  const older = await olderUpload(needs);
  return v2 && older && { older, v2 };
};

/**
 * Pictures inline, beside what a client of `/v2` fetches for the same: a page of posts and then the largest size of each
 * picture. What they hold is counted in megabytes of pictures.
 */
export const ownPictures: PairMaker = (needs) => pictures(needs, ['mithril-pictures', true]);

/** The same, but from the list of everybody's, whose length is counted for each response. */
export const everybodysPictures: PairMaker = (needs) =>
  pictures(needs, ['mithril-pictures-all', false]);

const olderUpload: LoadMaker = async (needs) => {
  const viewers = await needs.atOlder(await needs.crowd(), door);
  const data = (await grainyPhoto()).toString('base64');
  const requests = viewers.map(({ olderToken }) =>
    jsonRequest('POST', picturePath, { data }, olderToken),
  );
  let last: { id: number; token: string } | null = null;
  return {
    name: 'mithril-upload',
    request: (n) => around(requests, n),
    fault(response, n) {
      const parts = ['{"code":0,"message":"","data":{"id":'];
      const fault = partsFault(response, { status: 201, parts });
      if (fault === null) last = { id: idIn(response.body), token: around(viewers, n).token };
      return fault;
    },
    async settle() {
      if (last) await untilReady(needs, last);
    },
  };
};

async function pictures(needs: LoadNeeds, [name, isOwn]: [name: string, isOwn: boolean]) {
  const [viewer] = await needs.atOlder(await needs.newcomers(1), door);
  if (!viewer) return null;
  const photo = await grainyPhoto();
  await fillAlbum(needs, viewer, photo);
  const filter = isOwn ? `&username=${viewer.username}` : '';
  const older = inlinePictures(name, photo, {
    path: `${picturePath}?page=1&limit=${pageSize}${filter}`,
    viewer,
  });
  return { older, v2: await fetchedPictures(needs, viewer) };
}

async function fillAlbum(
  needs: LoadNeeds,
  { token, olderToken }: OlderViewer,
  photo: Buffer,
): Promise<void> {
  const request = jsonRequest('POST', picturePath, { data: photo.toString('base64') }, olderToken);
  const ids: number[] = [];
  for (let i = 0; i < pageSize; i += 1) ids.push(idIn(await needs.ask(request)));
  for (const id of ids) await untilReady(needs, { id, token });
}

function inlinePictures(
  name: string,
  photo: Buffer,
  { path, viewer }: { path: string; viewer: OlderViewer },
): Load {
  const request = wireRequest('GET', path, { token: viewer.olderToken });
  const picture = `"username":"${viewer.username}","data":"${photo.toString('base64')}"}`;
  return {
    name,
    request: () => request,
    items: () => (pageSize * photo.length) / bytesPerMegabyte,
    fault(response) {
      const count = countOf(response.body, picture);
      if (count !== pageSize) return `${count} pictures instead of ${pageSize}`;
      return partsFault(response, {
        status: 200,
        parts: ['{"code":0,"message":"","data":{"total":'],
      });
    },
  };
}

/** A page of somebody's photos and then each of them, around and around. */
async function fetchedPictures(needs: LoadNeeds, { username, token }: OlderViewer): Promise<Load> {
  const path = `/v2/users/${username}/posts?filter=with-media&limit=${pageSize}`;
  const images = await imagesOn(needs, path, token);
  const requests = [path, ...images.map((image) => image.path)].map((each) =>
    wireRequest('GET', each, { token }),
  );
  const imageOf = (n: number) => images[(n % requests.length) - 1];
  return {
    name: 'fetched-pictures',
    request: (n) => around(requests, n),
    items: (n) => (imageOf(n)?.bytes.length ?? 0) / bytesPerMegabyte,
    fault(response, n) {
      const image = imageOf(n);
      if (!image) return partsFault(response, { status: 200, parts: ['"likeCount":'] });
      return response.status === 200 && response.body.equals(image.bytes)
        ? null
        : 'another picture';
    },
  };
}

async function imagesOn(needs: LoadNeeds, path: string, token: string): Promise<Image[]> {
  const { items }: V2Page = JSON.parse((await needs.read(path, token)).toString());
  const images: Image[] = [];
  for (const { media } of items) {
    const large = media[0]?.images.find((image) => image.size === 'large');
    const imagePath = new URL(large?.url ?? '').pathname;
    images.push({ path: imagePath, bytes: await needs.read(imagePath, token) });
  }
  return images;
}

function idIn(body: Buffer): number {
  const { data } = JSON.parse(body.toString()) as { data: { id: number } };
  return data.id;
}
