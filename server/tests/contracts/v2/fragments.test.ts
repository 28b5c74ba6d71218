import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountContract } from '../../../src/contracts/mounting.ts';
import type { Services } from '../../../src/contracts/services.ts';
import { v2 } from '../../../src/contracts/v2/contract.ts';
import { ownCredential } from '../../../src/domain/credential.ts';
import type { Page } from '../../../src/domain/paging.ts';
import type { PostView } from '../../../src/domain/posts/post.ts';
import type { Viewer } from '../../../src/domain/viewer.ts';

const viewer: Viewer = {
  accountId: 1,
  sessionId: 1,
  role: 'user',
  credential: ownCredential('session'),
};

/** What a text may hold that JSON, or a search in JSON, could trip over. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"items":[]', '\\"items":[]', '{"items":[]}', '\u2028', '"', '\\', 'Gruß 🐦', ''),
);
const id = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const time = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const variant = fc.record({
  size: fc.constantFrom('small' as const, 'medium' as const, 'large' as const),
  width: id,
  height: id,
  contentType: fc.constantFrom('image/jpeg', 'image/png'),
  bytes: id,
});
const media = fc.record({
  id,
  isDocument: fc.constant(false),
  state: fc.constantFrom('processing' as const, 'ready' as const),
  alt: text,
  width: id,
  height: id,
  isAnimated: fc.boolean(),
  blurhash: nullable(text),
  publicKey: fc.constantFrom('9f86d081884c7d65', '00'),
  camera: nullable(fc.record({ make: nullable(text), model: nullable(text) })),
  takenAt: nullable(time),
  location: nullable(
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
  ),
  variants: fc.array(variant, { maxLength: 3 }),
});
const view: fc.Arbitrary<PostView> = fc.record({
  id,
  state: fc.constantFrom('published' as const, 'published' as const, 'draft' as const),
  text,
  author: fc.record({
    id,
    username: text,
    displayName: text,
    avatar: nullable(fc.record({ publicKey: fc.constant('00'), blurhash: nullable(text) })),
  }),
  media: fc.array(media, { maxLength: 3 }),
  documents: fc.constant([]),
  replyToId: nullable(id),
  rootId: nullable(id),
  replyCount: fc.nat(),
  likeCount: fc.nat(),
  likedByMe: fc.boolean(),
  createdAt: time,
  updatedAt: time,
  publishedAt: nullable(time),
  feedKey: fc.constant(null),
});
const page: fc.Arbitrary<Page<PostView>> = fc.record({
  items: fc.array(view, { maxLength: 6 }),
  nextCursor: nullable(fc.constantFrom('p7f3k2m9q0x')),
});

describe('responses that are put together from fragments', () => {
  let byFragments: FastifyInstance;
  let bySerializer: FastifyInstance;
  let shown: Page<PostView>;

  beforeAll(async () => {
    byFragments = await serverWith({ areViewsShared: true });
    bySerializer = await serverWith({ areViewsShared: false });
  });
  afterAll(async () => {
    await byFragments.close();
    await bySerializer.close();
  });

  it('have the bytes that the serializer writes for the whole page, with the same headers', async () => {
    const seen: PostView[] = [];
    await fc.assert(
      fc.asyncProperty(page, fc.array(fc.nat(), { maxLength: 4 }), async (fresh, places) => {
        // Some have been on a page before.
        const again = seen.length === 0 ? [] : places.map((place) => seen[place % seen.length]);
        const items = [...fresh.items, ...again.filter((it) => it !== undefined)];
        seen.push(...fresh.items);
        shown = { ...fresh, items };

        const post = items.length > 0 ? ['/v2/posts/1'] : [];
        for (const url of ['/v2/timeline', '/v2/explore', '/v2/users/alice/posts', ...post]) {
          const expected = await ask(bySerializer, url);
          expect(await ask(byFragments, url)).toEqual(expected);
          expect(expected.status).toBe(200);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are as long as a HEAD says', async () => {
    shown = { items: [], nextCursor: null };
    const { headers } = await byFragments.inject({ method: 'HEAD', url: '/v2/explore' });

    expect(headers['content-length']).toBe(String('{"items":[],"nextCursor":null}'.length));
  });

  async function ask(server: FastifyInstance, url: string) {
    const headers = { authorization: 'Bearer any', 'x-request-id': 'same' };
    const answer = await server.inject({ method: 'GET', url, headers });
    const { date: _, ...others } = answer.headers;
    return { status: answer.statusCode, headers: others, text: answer.rawPayload.toString() };
  }

  /** `/v2` alone, with services that show `shown` to everybody. */
  async function serverWith({ areViewsShared }: { areViewsShared: boolean }) {
    const services = {
      sessions: { resolve: async () => viewer },
      feeds: {
        timeline: async () => shown,
        explore: async () => shown,
        byAuthor: async () => shown,
      },
      posts: { read: async () => shown.items[0] },
      signedLinks: { sign: () => ({ signature: 'signed' }) },
    };
    const server = Fastify();
    await mountContract(server, v2, {
      services: new Proxy(services, {
        get: (them, noun) => Reflect.get(them, noun) ?? {},
      }) as unknown as Services,
      publicUrl: 'http://127.0.0.1',
      requestLimit: null,
      maxUploadBytes: 1000,
      tokenLives: { accessMs: 1000, passwordMs: 1000 },
      areViewsShared,
      isOutage: () => false,
      isWriteConflict: () => false,
      instanceName: 'Rookery',
      origins: { configured: [], allowsLoopback: false, onRefused() {} },
      hasStrictPasswords: false,
    });
    await server.ready();
    return server;
  }
});
