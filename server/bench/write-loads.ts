import { setTimeout as sleep } from 'node:timers/promises';
import { partsFault } from './checks.ts';
import { wireRequest } from './connection.ts';
import { around, type LoadMaker, type LoadNeeds } from './load-needs.ts';
import { photoForm } from './photo.ts';
import { loginRequest } from './viewers.ts';

/** A prime: steps of it visit all posts and all accounts, in no order that an index would like. */
const stride = 7919;

/** A like of another post by another account each time. */
export const like: LoadMaker = async ({ crowd, size }) => {
  const viewers = await crowd();
  const postOf = (n: number) => 1 + ((n * stride) % size.posts);
  return {
    name: 'like',
    request(n) {
      const { token } = around(viewers, n + Math.floor(n / size.posts));
      return wireRequest('PUT', `/v2/posts/${postOf(n)}/like`, { token });
    },
    fault: (response, n) =>
      partsFault(response, {
        status: 200,
        parts: [`{"id":${postOf(n)},`, '"likedByMe":true', '"author":{"id":'],
      }),
  };
};

/** A follow of another account each time. */
export const follow: LoadMaker = async ({ crowd, size }) => {
  const viewers = await crowd();
  const ordinary = size.users - 3;
  const followeeOf = (n: number) => {
    const followee = `user-${1 + ((n * stride) % ordinary)}`;
    const isOwn = followee === viewerOf(n).username;
    return isOwn ? `user-${1 + (((n + 1) * stride) % ordinary)}` : followee;
  };
  const viewerOf = (n: number) => around(viewers, n + Math.floor(n / ordinary));
  return {
    name: 'follow',
    request: (n) =>
      wireRequest('PUT', `/v2/users/${followeeOf(n)}/follow`, { token: viewerOf(n).token }),
    fault: (response, n) =>
      partsFault(response, {
        status: 200,
        parts: [`"username":"${followeeOf(n)}"`, '"followedByMe":true'],
      }),
  };
};

/** A new post without pictures. */
export const post: LoadMaker = async ({ crowd }) => {
  const viewers = await crowd();
  return {
    name: 'post',
    request(n) {
      const body = Buffer.from(JSON.stringify({ text: textOf(n) }));
      return wireRequest('POST', '/v2/posts', { token: around(viewers, n).token, body });
    },
    fault: (response, n) =>
      partsFault(response, {
        status: 201,
        parts: [textOf(n), `"username":"${around(viewers, n).username}"`, '"likeCount":0'],
      }),
  };
};

function textOf(n: number): string {
  return `Benchmark post no. ${n}: the light was better an hour ago, and yet.`;
}

/** A photo of 100 kB. What is measured includes the sizes that the worker makes of it. */
export const upload: LoadMaker = async (needs) => {
  const viewers = await needs.crowd();
  const { body, type } = await photoForm();
  const requests = viewers.map(({ token }) =>
    wireRequest('POST', '/v2/media', { token, body, type }),
  );
  let last: { id: number; token: string } | null = null;
  return {
    name: 'upload',
    request: (n) => around(requests, n),
    fault(response, n) {
      const fault = partsFault(response, { status: 201, parts: ['"state":', '"width":1600'] });
      if (fault !== null) return fault;
      const { id } = JSON.parse(response.body.toString()) as { id: number };
      last = { id, token: around(viewers, n).token };
      return null;
    },
    async settle() {
      if (last) await untilReady(needs, last);
    },
  };
};

/** Waits until the sizes of a picture are made. */
export async function untilReady(
  { read }: LoadNeeds,
  { id, token }: { id: number; token: string },
): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const body = await read(`/v2/media/${id}`, token);
    if (body.includes('"state":"ready"')) return;
    await sleep(200);
  }
  throw new Error(`The photo ${id} was not ready within two minutes.`);
}

/** A new session by name and password. */
export const login: LoadMaker = async ({ crowd }) => {
  const requests = (await crowd()).map(({ username }) => loginRequest(username));
  return {
    name: 'login',
    request: (n) => around(requests, n),
    fault: (response) =>
      partsFault(response, { status: 201, parts: ['"accessToken":"', '"refreshToken":"'] }),
  };
};
