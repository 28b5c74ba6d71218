import { Readable } from 'node:stream';
import sharp from 'sharp';
import { expect } from 'vitest';
import { ownCredential } from '../../../src/domain/credential.ts';
import { aPhoto } from '../../support/given.ts';
import { type Client, olderScenarios } from '../../support/older-contracts.ts';
import { smallPicture } from '../../support/pictures.ts';
import { formOf } from '../hmlet/given.ts';

const html = { 'content-type': 'text/html; charset=utf-8' };
const json = { 'content-type': 'application/json' };

async function person(client: Client, name: string) {
  const email = `${name}@example.com`;
  const signUp = { email, name, password: 'secret', profile: `I am ${name}.` };
  const made = await client.send('POST', '/sign-up', { body: signUp });
  const { body } = await client.send('POST', '/login', { body: { email, password: 'secret' } });
  return { [name]: body.access_token, [`${name}Id`]: made.body.id };
}

async function people(client: Client) {
  return {
    ...(await person(client, 'alice')),
    ...(await person(client, 'bob')),
    ...(await person(client, 'carla')),
  };
}

async function form(client: Client, name: string, file: Uint8Array | string, filename = 'a.jpg') {
  const boundary = 'a-boundary-of-this-form';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: image/jpeg\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(head),
    Buffer.from(file),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  return { token: String(client.values.alice), body, headers };
}

async function withExif(format: 'jpeg' | 'png' | 'gif' | 'webp'): Promise<Buffer> {
  const picture = sharp(await smallPicture(format));
  return picture
    .withExif({ IFD0: { Artist: 'carla' } })
    .toFormat(format)
    .toBuffer();
}

olderScenarios({
  contract: 'mini-sns',
  people,
  rows: [
    {
      name: 'answers ping in its own words',
      send: ['GET', '/ping'],
      expect: [200, 'some some pong'],
      expectHeaders: html,
    },
    {
      name: 'signs up and returns what came in, without the password',
      send: [
        'POST',
        '/sign-up',
        { email: 'Alice.Again@example.com', name: '송은우', password: 'test1234', profile: 'hi' },
      ],
      expect: [200, { name: '송은우', email: 'Alice.Again@example.com', profile: 'hi' }],
      expectHeaders: json,
      after: async (_client, { body }) => {
        expect(Object.keys(body)).toEqual(['id', 'name', 'email', 'profile']);
        expect(body.id).toEqual(expect.any(Number));
      },
    },
    {
      name: 'refuses an e-mail that somebody has, in any case',
      send: [
        'POST',
        '/sign-up',
        { email: 'ALICE@example.com', name: 'x', password: 'secret', profile: '' },
      ],
      expect: [409, ''],
      expectHeaders: html,
    },
    {
      name: 'takes a name that somebody has',
      send: [
        'POST',
        '/sign-up',
        { email: 'alice2@example.com', name: 'alice', password: 'secret', profile: '' },
      ],
      expect: [200, { name: 'alice' }],
    },
    {
      name: 'refuses a sign-up without a profile',
      send: ['POST', '/sign-up', { email: 'e@example.com', name: 'x', password: 'secret' }],
      expect: [400, ''],
    },
    {
      name: 'refuses a sign-up that is no JSON',
      send: ['POST', '/sign-up', '{"email":'],
      expect: [400, ''],
      expectHeaders: html,
    },
    {
      name: 'signs in with number and token',
      send: ['POST', '/login', { email: 'alice@example.com', password: 'secret' }],
      expect: [200, { user_id: '{aliceId}' }],
      expectHeaders: json,
      after: async (_client, { body }) => {
        const [head = '', claims = ''] = String(body.access_token).split('.');
        const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
        expect(read(head)).toEqual({ alg: 'HS256', typ: 'JWT' });
        const { user_id, exp, iat } = read(claims);
        expect(user_id).toBe(body.user_id);
        expect(exp - iat).toBe(24 * 3600);
      },
    },
    {
      name: 'refuses a wrong password with an empty 401',
      send: ['POST', '/login', { email: 'alice@example.com', password: 'wrong' }],
      expect: [401, ''],
      expectHeaders: html,
    },
    {
      name: 'refuses an unknown e-mail alike',
      send: ['POST', '/login', { email: 'nobody@example.com', password: 'secret' }],
      expect: [401, ''],
    },
    {
      name: 'refuses a login without a password',
      send: ['POST', '/login', { email: 'alice@example.com' }],
      expect: [400, ''],
    },
    { name: 'asks for a token', send: ['POST', '/tweet', { tweet: 'x' }], expect: [401, ''] },
    {
      name: 'refuses a token that is none',
      token: 'nonsense',
      send: ['GET', '/timeline'],
      expect: [401, ''],
      expectHeaders: html,
    },
    {
      name: 'takes a token with Bearer before it',
      token: 'Bearer {alice}',
      send: ['GET', '/timeline'],
      expect: [200, { user_id: '{aliceId}' }],
    },
    {
      name: 'takes a tweet of 300 characters, emoji counted once',
      token: '{alice}',
      send: ['POST', '/tweet', { tweet: '🐦'.repeat(300) }],
      expect: [200, ''],
      expectHeaders: html,
    },
    {
      name: 'refuses a tweet of 301',
      token: '{alice}',
      send: ['POST', '/tweet', { tweet: 'x'.repeat(301) }],
      expect: [400, 'over 300 character'],
      expectHeaders: html,
    },
    {
      name: 'takes an empty tweet',
      token: '{carla}',
      send: ['POST', '/tweet', { tweet: '' }],
      expect: [200, ''],
    },
    {
      name: 'refuses a tweet that is no text',
      token: '{alice}',
      send: ['POST', '/tweet', { tweet: 5 }],
      expect: [400, ''],
    },
    {
      name: 'names the tweet in a header',
      token: '{bob}',
      send: ['POST', '/tweet', { tweet: 'Hello.', id: 1 }],
      expect: [200, ''],
      after: async (client, { headers }) => {
        client.values.tweet = Number(headers['x-tweet-id']);
        expect(client.values.tweet).toBeGreaterThan(0);
      },
    },
    {
      name: 'follows by number, as digits too',
      token: '{alice}',
      given: async ({ values }) => ({ bobDigits: `${values.bobId} `.trim() }),
      send: ['POST', '/follow', { follow: '{bobId}' }],
      expect: [200, ''],
      expectHeaders: html,
    },
    {
      name: 'follows twice without a word',
      token: '{alice}',
      send: ['POST', '/follow', { follow: '{bobId}' }],
      expect: [200, ''],
    },
    {
      name: 'follows oneself without effect',
      token: '{alice}',
      send: ['POST', '/follow', { follow: '{aliceId}' }],
      expect: [200, ''],
    },
    {
      name: 'refuses to follow a number that nobody has',
      token: '{alice}',
      send: ['POST', '/follow', { follow: 2000000000 }],
      expect: [404, ''],
    },
    {
      name: 'refuses to follow without a number',
      token: '{alice}',
      send: ['POST', '/follow', {}],
      expect: [400, ''],
    },
    {
      name: 'shows own tweets and those of the followed, oldest first, two keys each',
      token: '{alice}',
      send: ['GET', '/timeline'],
      expect: [200],
      expectHeaders: json,
      after: async ({ values }, { body }) => {
        expect(body).toEqual({
          user_id: values.aliceId,
          timeline: [
            { user_id: values.aliceId, tweet: '🐦'.repeat(300) },
            { user_id: values.bobId, tweet: 'Hello.' },
          ],
        });
      },
    },
    ...['/like-tweet', '/like', '/like_tweet'].map((path) => ({
      name: `likes by ${path}, again and again`,
      token: '{alice}',
      send: ['POST', path, { like: '{tweet}' }] as ['POST', string, unknown],
      expect: [200, ''] as [number, string],
    })),
    {
      name: 'counts the like once, for those who ask for details',
      token: '{alice}',
      send: ['GET', '/timeline?detail=1'],
      expect: [200],
      after: async ({ values }, { body }) => {
        expect(body.timeline[1]).toEqual({
          user_id: values.bobId,
          tweet: 'Hello.',
          id: values.tweet,
          likes: 1,
          liked: true,
          created_at: '2026-06-01T12:00:00.000Z',
        });
      },
    },
    {
      name: 'refuses a like of nothing',
      token: '{alice}',
      send: ['POST', '/like', { like: 2000000000 }],
      expect: [404, ''],
    },
    {
      name: 'refuses a like without a number',
      token: '{alice}',
      send: ['POST', '/like', { like: 'x' }],
      expect: [400, ''],
    },
    {
      name: 'takes a like back',
      token: '{alice}',
      send: ['POST', '/unlike', { unlike: '{tweet}' }],
      expect: [200, ''],
    },
    {
      name: 'takes back a like of nothing',
      token: '{alice}',
      send: ['POST', '/unlike-tweet', { unlike: 2000000000 }],
      expect: [200, ''],
    },
    {
      name: 'stops following, also somebody unknown',
      token: '{alice}',
      given: async (client) => {
        await client.send('POST', '/unfollow', {
          token: String(client.values.alice),
          body: { unfollow: 2000000000 },
        });
      },
      send: ['POST', '/unfollow', { unfollow: '{bobId}' }],
      expect: [200, ''],
      after: async (client) => {
        const { body } = await client.send('GET', '/timeline', {
          token: String(client.values.alice),
        });
        expect(body.timeline).toHaveLength(1);
      },
    },
    {
      name: 'has no picture of somebody without one',
      send: ['GET', '/profile-picture/s3/{bobId}'],
      expect: [404, ''],
    },
    {
      name: 'has no picture of nobody',
      send: ['GET', '/profile-picture/local/2000000000'],
      expect: [404, ''],
    },
    {
      name: 'misses the file of a form that has none',
      token: '{alice}',
      send: ['POST', '/profile-picture/local', {}],
      expect: [404, 'File is missing'],
      expectHeaders: html,
    },
    {
      name: 'sets the picture, and shows it at both addresses',
      token: '{alice}',
      given: async (client) => {
        const sent = await form(client, 'profile-pic', await aPhoto());
        const answer = await client.send('POST', '/profile-picture/local', sent);
        expect([answer.status, answer.body]).toEqual([200, '']);
      },
      send: ['GET', '/profile-picture/s3/{aliceId}'],
      expect: [200, { img_url: expect.stringMatching(/^http:.*\/v2\/media\/\w+\/large$/) }],
      expectHeaders: json,
      after: async (client) => {
        const { status, headers, bytes } = await client.send(
          'GET',
          `/profile-picture/local/${client.values.aliceId}`,
        );
        expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
        expect(bytes.includes('Exif')).toBe(false);
      },
    },
    ...(['jpeg', 'png', 'gif', 'webp'] as const).map((format) => ({
      name: `serves a ${format} as one, as soon as its upload is answered, in place of the one before`,
      token: '{alice}',
      send: ['GET', '/ping'] as ['GET', string],
      expect: [200] as [number],
      after: async (client: Client) => {
        const fetch = () => client.send('GET', `/profile-picture/local/${client.values.aliceId}`);
        const before = await fetch();
        const sent = await form(client, 'profile-pic', await withExif(format), `a.${format}`);
        const answer = await client.send('POST', '/profile-picture/s3', sent);
        const local = await fetch();
        const at = await client.send('GET', `/profile-picture/s3/${client.values.aliceId}`);
        const { pathname } = new URL(at.body.img_url);
        const shown = await client.server.send('GET', pathname);

        expect([answer.status, local.status, shown.status]).toEqual([200, 200, 200]);
        expect(local.headers['content-type']).toBe(`image/${format}`);
        expect(shown.bytes.equals(local.bytes)).toBe(true);
        expect(local.bytes.equals(before.bytes)).toBe(false);
        const { format: found, exif, width } = await sharp(local.bytes).metadata();
        expect([found, exif, width]).toEqual([format, undefined, 200]);
        // The worker has nothing left to make.
        await client.server.work();
        expect((await fetch()).bytes.equals(local.bytes)).toBe(true);
      },
    })),
    {
      name: 'takes the picture and reads past all other parts of the form',
      token: '{alice}',
      send: ['GET', '/ping'],
      expect: [200],
      after: async (client) => {
        const picture = await smallPicture('png');
        const parts = [
          { name: 'note', content: 'x' },
          { name: 'thumb', filename: 'thumb.png', content: 'x' },
          { name: 'profile-pic', filename: 'a.png', content: picture },
          { name: 'profile-pic', filename: 'second.png', content: 'no picture' },
          { name: 'extra', filename: 'b.html', content: '<script>' },
        ];
        const sent = { token: String(client.values.alice), ...formOf(parts) };
        const answer = await client.send('POST', '/profile-picture/local', sent);
        const { status, headers } = await client.send(
          'GET',
          `/profile-picture/local/${client.values.aliceId}`,
        );
        expect([answer.status, answer.body]).toEqual([200, '']);
        expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      },
    },
    {
      name: 'shows empty tweets in the timeline, and no pictures without words',
      token: '{carla}',
      send: ['GET', '/timeline'],
      expect: [200],
      after: async (client, before) => {
        const { values, server } = client;
        const token = String(values.carla);
        await client.send('POST', '/tweet', { token, body: { tweet: '' } });
        const { media, posts } = server.app.services;
        const accountId = Number(values.carlaId);
        const who = {
          accountId,
          sessionId: 0,
          role: 'user',
          credential: ownCredential('session'),
        } as const;
        const file = await media.stage(Readable.from([await aPhoto()]));
        const upload = { file, alt: '', purpose: 'post', idempotencyKey: null } as const;
        const { id } = await media.keep(who, upload);
        const post = { text: '', mediaIds: [id], idempotencyKey: null };
        await posts.create(who, { ...post, state: 'published' });
        const { body } = await client.send('GET', '/timeline', { token });
        const tweet = { user_id: values.carlaId, tweet: '' };
        expect(body.timeline).toEqual([...before.body.timeline, tweet]);
      },
    },
    {
      name: 'signs up with a name of 255 characters of any kind',
      send: [
        'POST',
        '/sign-up',
        { email: 'long@example.com', name: '🐦'.repeat(255), password: 'secret', profile: '' },
      ],
      expect: [200, { name: '🐦'.repeat(255) }],
    },
    {
      name: 'refuses a name of 256 characters',
      send: [
        'POST',
        '/sign-up',
        { email: 'longer@example.com', name: 'n'.repeat(256), password: 'secret', profile: '' },
      ],
      expect: [400, ''],
    },
    {
      name: 'lets pages of every origin read the number of a tweet',
      token: '{alice}',
      send: ['POST', '/tweet', { tweet: 'From a page.' }],
      headers: { origin: 'https://anywhere.example' },
      expect: [200, ''],
      after: async (_client, { headers }) => {
        const exposed = headers['access-control-expose-headers']?.toLowerCase().split(', ');
        expect(exposed).toContain('x-tweet-id');
        expect(headers['x-tweet-id']).toMatch(/^[1-9]/);
      },
    },
    {
      name: 'refuses a picture that is none',
      token: '{alice}',
      send: ['GET', '/ping'],
      expect: [200],
      after: async (client) => {
        const sent = await form(client, 'profile-pic', '<script>', 'a.html');
        const answer = await client.send('POST', '/profile-picture/s3', sent);
        expect([answer.status, answer.body]).toEqual([400, '']);
        const other = await form(client, 'other', await aPhoto());
        const missing = await client.send('POST', '/profile-picture/s3', other);
        expect([missing.status, missing.body]).toEqual([404, 'File is missing']);
        const nowhere = await form(client, 'profile-pic', await aPhoto());
        const ignored = await client.send('POST', '/profile-picture/moon', nowhere);
        expect([ignored.status, ignored.body]).toEqual([200, '']);
      },
    },
    {
      name: 'lets pages of every origin call it',
      send: ['GET', '/ping'],
      headers: { origin: 'https://anywhere.example' },
      expect: [200],
      expectHeaders: { 'access-control-allow-origin': '*' },
    },
  ],
});
