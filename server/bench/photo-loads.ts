import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { partsFault } from './checks.ts';
import { Connection, jsonRequest, type WireRequest, wireRequest } from './connection.ts';
import { around, type LoadMaker, type LoadNeeds } from './load-needs.ts';
import { formOf, largePhoto, smallPhoto } from './photo.ts';
import { timeline } from './read-loads.ts';
import { untilReady } from './write-loads.ts';

type Uploaded = { id: number; token: string };

/** A photo of 0.9 megapixels. */
export const photo: LoadMaker = async (needs) => {
  const uploads = await photoUploads(needs);
  return {
    name: 'photo',
    request: (n) => uploads.request(n),
    fault: (response, n) => uploads.fault(response, n),
    settle: () => uploads.settle(),
    countSettled: async () => countRendered(needs),
  };
};

/** Each photo is posted once it is taken, so half of the requests are uploads. */
export const photoAndPost: LoadMaker = async (needs) => {
  const uploads = await photoUploads(needs);
  const unposted: Uploaded[] = [];
  const posts = new Set<number>();
  return {
    name: 'photo+post',
    request(n) {
      const upload = unposted.shift();
      if (!upload) return uploads.request(n);
      posts.add(n);
      const { id, token } = upload;
      return jsonRequest('POST', '/v2/posts', { text: `Photo ${id}.`, mediaIds: [id] }, token);
    },
    fault(response, n) {
      if (posts.delete(n)) return partsFault(response, { status: 201, parts: ['"media":[{"id":'] });
      const fault = uploads.fault(response, n);
      const last = uploads.last();
      if (fault === null && last) unposted.push(last);
      return fault;
    },
    settle: () => uploads.settle(),
  };
};

/** Timelines while photos of 12 megapixels arrive. */
export const storm: LoadMaker = async (needs) => {
  const quiet = await timeline(needs);
  if (!quiet) return null;
  const viewers = await needs.crowd();
  const { body, type } = formOf(await largePhoto(), 'photo.jpg');
  const request = (n: number) =>
    wireRequest('POST', '/v2/media', { token: around(viewers, n).token, body, type });
  let last: Uploaded | null = null;
  return {
    ...quiet,
    name: 'storm',
    disturb() {
      const end = arrivals(needs, request, (n, id) => {
        last = { id, token: around(viewers, n).token };
      });
      return async () => {
        await end();
        if (last) await untilReady(needs, last);
      };
    },
  };
};

const arrivalsPerSecond = 4;
/** Above this, those that would arrive go elsewhere: the server is far behind. */
const maxUnanswered = 16;

/** Sends uploads at a fixed rate, whether those before were answered or not. @returns what ends it */
function arrivals(
  { address }: LoadNeeds,
  request: (n: number) => WireRequest,
  onTaken: (n: number, id: number) => void,
): () => Promise<void> {
  const unanswered = new Set<Promise<void>>();
  let count = 0;

  async function arrive(n: number): Promise<void> {
    const connection = await Connection.open(address);
    const { status, body } = await connection.send(request(n));
    connection.close();
    if (status === 201) onTaken(n, (JSON.parse(body.toString()) as { id: number }).id);
    else if (status !== 503)
      throw new Error(`An upload was answered with ${status}: ${body.toString()}`);
  }

  const timer = setInterval(() => {
    if (unanswered.size >= maxUnanswered) return;
    count += 1;
    const answered = arrive(count).finally(() => unanswered.delete(answered));
    unanswered.add(answered);
  }, 1000 / arrivalsPerSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(unanswered);
  };
}

async function photoUploads(needs: LoadNeeds) {
  const viewers = await needs.crowd();
  const { body, type } = formOf(await smallPhoto(), 'photo.jpg');
  const requests = viewers.map(({ token }) =>
    wireRequest('POST', '/v2/media', { token, body, type }),
  );
  const renderedBefore = countRendered(needs);
  let last: Uploaded | null = null;
  let taken = 0;
  return {
    request: (n: number) => around(requests, n),
    fault(response: { status: number; body: Buffer }, n: number): string | null {
      const fault = partsFault(response, { status: 201, parts: ['"state":', '"width":1152'] });
      if (fault !== null) return fault;
      const { id } = JSON.parse(response.body.toString()) as { id: number };
      last = { id, token: around(viewers, n).token };
      taken += 1;
      return null;
    },
    /** The one that was taken last. */
    last: () => last,
    /** Waits until the sizes of all are there. */
    async settle() {
      for (let tries = 0; tries < 600; tries += 1) {
        if (countRendered(needs) - renderedBefore >= taken) return;
        await sleep(500);
      }
      throw new Error('The sizes of all photos were not made within five minutes.');
    },
  };
}

/** Of how many pictures the sizes are there. */
function countRendered({ dataDir }: LoadNeeds): number {
  const folder = join(dataDir, 'blobs', 'variants');
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('/large')).length;
}
