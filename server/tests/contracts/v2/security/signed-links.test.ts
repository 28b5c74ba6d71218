import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Viewer } from '../../../../src/domain/viewer.ts';
import { type EventStream, openStream } from '../../../support/event-stream.ts';
import { aPicture, aPost, changeAccount } from '../../../support/given.ts';
import { passwords, type TestServer, testServer } from '../../../support/server.ts';

const minuteMs = 60_000;

let server: TestServer;
let mediaId: number;
let otherId: number;
let draftId: number;

beforeEach(async () => {
  server = await testServer();
  [mediaId, otherId] = [await aPicture(server, 'alice'), await aPicture(server, 'alice')];
  draftId = await aPost(server, 'alice', { mediaIds: [mediaId], state: 'draft' });
  await server.work();
});

afterEach(() => server.close());

type Media = { images: Array<{ size: string; url: string }> };

async function read(path: string): Promise<{ media: Media[]; items: Array<{ media: Media[] }> }> {
  return (await server.send('GET', path, { as: 'alice' })).body;
}

function pathOf(media: Media | undefined, size = 'small'): string {
  const { pathname, search } = new URL(media?.images.find((it) => it.size === size)?.url ?? '');
  return pathname + search;
}

/** The signed path of the draft's picture. */
async function draftPath(size?: string): Promise<string> {
  return pathOf((await read(`/v2/posts/${draftId}`)).media[0], size);
}

async function streamPath(): Promise<string> {
  const { body } = await server.send('GET', '/v2/events/url', { as: 'alice' });
  const { pathname, search } = new URL(body.url);
  return pathname + search;
}

async function statusOf(path: string): Promise<number> {
  return (await server.send('GET', path)).status;
}

async function viewerOf(person: 'alice' | 'bob'): Promise<Viewer> {
  const { accessToken } = await server.tokens(person);
  return server.app.services.sessions.resolve(accessToken, 'v2');
}

describe('the picture of a draft', () => {
  const places: Array<[name: string, find: () => Promise<Media | undefined>]> = [
    ['the draft', async () => (await read(`/v2/posts/${draftId}`)).media[0]],
    ['the list of drafts', async () => (await read('/v2/drafts')).items[0]?.media[0]],
    [
      'a change of the draft',
      async () => {
        const change = { as: 'alice', body: { text: 'Soon.' } } as const;
        return (await server.send('PATCH', `/v2/posts/${draftId}`, change)).body.media[0];
      },
    ],
    [
      'a new draft',
      async () => {
        const body = { mediaIds: [otherId], state: 'draft' };
        return (await server.send('POST', '/v2/posts', { as: 'alice', body })).body.media[0];
      },
    ],
    [
      'the picture',
      async () => (await server.send('GET', `/v2/media/${mediaId}`, { as: 'alice' })).body,
    ],
    [
      'a change of the picture',
      async () => {
        const change = { as: 'alice', body: { alt: 'A dune' } } as const;
        return (await server.send('PATCH', `/v2/media/${mediaId}`, change)).body;
      },
    ],
    [
      'a picture that no post has',
      async () => (await server.send('GET', `/v2/media/${otherId}`, { as: 'alice' })).body,
    ],
  ];

  it.each(places)('has in %s addresses that need no token', async (_, find) => {
    const media = await find();

    expect(media?.images.length).toBeGreaterThan(0);
    for (const { size } of media?.images ?? []) {
      const { status, headers } = await server.send('GET', pathOf(media, size));

      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'image/jpeg',
        'cache-control': 'private, no-cache',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('keeps its address for five minutes, so that a browser finds it in its cache', async () => {
    const first = await draftPath();
    server.clock.advance(5 * minuteMs - 1);
    const same = await draftPath();
    server.clock.advance(1);
    const next = await draftPath();

    expect(same).toBe(first);
    expect(next).not.toBe(first);
  });

  it('is public, and no longer signed, once it is published', async () => {
    const signed = await draftPath();
    await server.send('POST', `/v2/posts/${draftId}/publish`, { as: 'alice' });
    const plain = await draftPath();
    const [bySigned, byPlain] = [await server.send('GET', signed), await server.send('GET', plain)];

    expect(plain).toBe(signed.split('?')[0]);
    expect(bySigned).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
    });
    expect(byPlain.headers['cache-control']).toMatch(/^public/);
  });

  it('is gone for its links, too, when the draft is deleted', async () => {
    const path = await draftPath();
    await server.send('DELETE', `/v2/posts/${draftId}`, { as: 'alice' });

    expect(await statusOf(path)).toBe(404);
  });

  it('is not shown by a link of somebody else', async () => {
    const { signedLinks } = server.app.services;
    const [path = ''] = (await draftPath()).split('?');
    const name = path.split('/').slice(-2).join('/');
    const { signature } = signedLinks.sign(await viewerOf('bob'), { purpose: 'image', name });

    expect(await statusOf(`${path}?signature=${signature}`)).toBe(404);
  });

  it('is shown by the token of whoever sends one, whatever the link says', async () => {
    const path = await draftPath();
    const hers = await server.send('GET', `${path.slice(0, -1)}x`, { as: 'alice' });
    const his = await server.send('GET', path, { as: 'bob' });

    expect([hers.status, his.status]).toEqual([200, 404]);
  });
});

describe('a signature', () => {
  type Parts = [accountId: string, sessionId: string, expiresAt: string, mac: string];

  const forgeries: Array<[name: string, forge: (parts: Parts) => string]> = [
    ['is missing', () => ''],
    ['is another text', () => 'alice'],
    ['is of another account', ([, s, e, m]) => `2.${s}.${e}.${m}`],
    ['is of another session', ([a, s, e, m]) => `${a}.${Number(s) + 1}.${e}.${m}`],
    ['ends later', ([a, s, e, m]) => `${a}.${s}.${Number(e) + 300}.${m}`],
    ['never ends', ([a, s, , m]) => `${a}.${s}.999999999999.${m}`],
    ['has no end', ([a, s, , m]) => `${a}.${s}..${m}`],
    ['has an odd number', ([a, s, e, m]) => `${a}.${s}.${e}e0.${m}`],
    ['has zeros before a number', ([a, s, e, m]) => `0${a}.${s}.${e}.${m}`],
    ['is cut', ([a, s, e, m]) => `${a}.${s}.${e}.${m.slice(0, -1)}`],
    ['has another letter', ([a, s, e, m]) => `${a}.${s}.${e}.${flip(m)}`],
    ['is in capitals', ([a, s, e, m]) => `${a}.${s}.${e}.${m.toUpperCase()}`],
    ['has more behind it', ([a, s, e, m]) => `${a}.${s}.${e}.${m}.1`],
    ['ends in a line break', (parts) => `${parts.join('.')}%0A`],
    ['has NUL behind it', (parts) => `${parts.join('.')}%00`],
    [
      'has signs of another script',
      ([a, s, e]) => `${a}.${s}.${e}.${encodeURIComponent('é'.repeat(64))}`,
    ],
  ];

  function flip(mac: string): string {
    return (mac.startsWith('0') ? '1' : '0') + mac.slice(1);
  }

  it.each(forgeries)('opens nothing when it %s', async (_, forge) => {
    for (const [path, status] of [
      [await draftPath(), 404],
      [await streamPath(), 401],
    ] as const) {
      const [address, signature = ''] = path.split('?signature=');
      const forged = forge(signature.split('.') as Parts);

      expect(await statusOf(`${address}?signature=${forged}`)).toBe(status);
    }
  });

  it('opens the one thing that it was made for', async () => {
    const small = await draftPath('small');
    const [, signature = ''] = small.split('?');
    const { body: other } = await server.send('GET', `/v2/media/${otherId}`, { as: 'alice' });
    const [, ofStream = ''] = (await streamPath()).split('?');
    const elsewhere = [
      `${(await draftPath('medium')).split('?')[0]}?${signature}`,
      `${pathOf(other).split('?')[0]}?${signature}`,
      `${small.split('?')[0]}?${ofStream}`,
      `/v2/events?${signature}`,
      `/v2/me?${signature}`,
      `/v2/me?${ofStream}`,
      `/v2/events/url?${ofStream}`,
      `/v2/posts/${draftId}?${signature}`,
      `/v2/media/${mediaId}?${signature}`,
    ];
    const statuses = await Promise.all(elsewhere.map((path) => statusOf(path)));
    const bearer = { authorization: `Bearer ${ofStream.split('=')[1]}` };
    const { status: asToken } = await server.send('GET', '/v2/me', { headers: bearer });

    expect(statuses).toEqual([404, 404, 404, 401, 401, 401, 401, 404, 401]);
    expect(asToken).toBe(401);
  });

  it.each([
    ['14 minutes', 14 * minuteMs, 200],
    // It was made at the beginning of a step, so it ends after 20 minutes; clocks may differ by five seconds.
    ['20 minutes and 4 seconds', 20 * minuteMs + 4000, 200],
    ['20 minutes and 5 seconds', 20 * minuteMs + 5000, 404],
    ['a day', 24 * 60 * minuteMs, 404],
    ['minus 4 seconds', -4000, 200],
    // Its server's clock was wrong then.
    ['minus 6 seconds', -6000, 404],
  ])('after %s answers as it should', async (_, ms, status) => {
    const path = await draftPath();
    server.clock.advance(ms);

    expect(await statusOf(path)).toBe(status);
  });

  const endings: Array<[name: string, act: () => Promise<unknown>]> = [
    ['its session is ended', () => server.send('DELETE', '/v2/sessions/current', { as: 'alice' })],
    [
      'the password is changed elsewhere',
      async () => {
        await server.tokens('alice');
        server.forget('alice');
        const body = { oldPassword: passwords.alice, newPassword: 'another-long-walk-home' };
        const { status } = await server.send('PUT', '/v2/me/password', { as: 'alice', body });
        expect(status).toBeLessThan(300);
      },
    ],
    ['the account is disabled', () => changeAccount(server, 'alice', { disabled: true })],
    [
      'the account is closed',
      () => server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } }),
    ],
  ];

  it.each(endings)('ends at once when %s', async (_, act) => {
    const paths = [await draftPath(), await streamPath()];
    await act();

    expect(await Promise.all(paths.map((path) => statusOf(path)))).toEqual([404, 401]);
  });

  it('is never logged', async () => {
    const paths = [await draftPath(), await streamPath()];
    const secrets = paths.map((path) => path.split('.').at(-1) ?? '');
    const [image = ''] = paths;
    for (const path of [image, `${image}x`, image.replace('/small', '/huge'), `/${image}`]) {
      await server.send('GET', path);
      await server.send('HEAD', path);
      await server.send('DELETE', path);
    }
    await server.send('GET', `/v2/events/nowhere?${paths[1]?.split('?')[1]}`);

    expect(server.logged.length).toBeGreaterThan(12);
    expect(secrets.filter((secret) => server.logged.join('').includes(secret))).toEqual([]);
  });
});

describe('an address for EventSource', () => {
  let url: string;
  const streams: EventStream[] = [];

  beforeEach(async () => {
    url = await server.listen();
  });

  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });

  async function open(path: string): Promise<EventStream> {
    const stream = await openStream(url + path);
    streams.push(stream);
    return stream;
  }

  async function follow(as: 'bob' | 'carla'): Promise<void> {
    await server.send('PUT', '/v2/users/alice/follow', { as });
    await server.work();
  }

  it('opens the stream of whoever asked for it', async () => {
    const stream = await open(await streamPath());
    await follow('bob');

    expect(stream.status).toBe(200);
    expect((await stream.next('notification')).data.actors[0].username).toBe('bob');
  });

  it('says when it ends', async () => {
    const { body, headers } = await server.send('GET', '/v2/events/url', { as: 'alice' });

    expect(body.expiresAt).toBe('2026-06-01T12:20:00.000Z');
    expect(headers['cache-control']).toBe('private, no-store');
  });

  it('goes on after an event that it names', async () => {
    const first = await open(await streamPath());
    await follow('bob');
    const seen = await first.next('notification');
    first.close();
    await follow('carla');

    const second = await open(`${await streamPath()}&lastEventId=${seen.id}`);

    expect((await second.next('notification')).data.actors[0].username).toBe('carla');
  });

  it('refuses an event that never was', async () => {
    const path = `${await streamPath()}&lastEventId=p1`;

    expect(await statusOf(path)).toBe(422);
  });

  it.each([
    ['it expires', async () => server.clock.advance(20 * minuteMs)],
    ['its session ends', () => server.send('DELETE', '/v2/sessions/current', { as: 'alice' })],
  ])('ends its stream when %s', async (_, act) => {
    const stream = await open(await streamPath());
    await stream.next('unread-count');
    await act();

    await stream.ended();
  });
});
