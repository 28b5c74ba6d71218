import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallPicture } from '../support/pictures.ts';
import { freePort } from '../support/ports.ts';
import { cleanUp, type Program, send, startProgram, temporaryFolder } from '../support/process.ts';
import { sampleOf, seenIn, tokenParts } from '../support/samples.ts';

/**
 * The requests that the READMEs of older servers show, against the program as a newcomer starts it: on an empty folder,
 * over the wire, at the addresses that stand there.
 */
describe('a started program, to somebody with the README of', { timeout: 60_000 }, () => {
  let program: Program;

  beforeAll(async () => {
    // The addresses of pictures name the port that the settings name.
    const environment = { PORT: String(await freePort()) };
    program = await startProgram({ dataDir: temporaryFolder(), environment });
  });

  afterAll(cleanUp);

  /** A token stands in the header with nothing before it. */
  const raw = (token: string) => ({ headers: { authorization: token } });

  function form(field: string, filename: string, picture: Buffer): FormData {
    const body = new FormData();
    body.append(field, new File([new Uint8Array(picture)], filename, { type: 'image/png' }));
    return body;
  }

  describe('mithril', () => {
    const rory = { username: 'Rory', password: '12345' };
    const envelope = { code: 10, message: 'messages', data: {} };
    let token: string;
    let picture: string;

    const post = (path: string, body: unknown, more = {}) =>
      program.send('POST', path, { body, ...more });
    const codeOf = async (answer: ReturnType<typeof send>) => {
      const { status, body } = await answer;
      return [status, body.code];
    };

    it('registers its user once', async () => {
      const first = await post('/api/user/register', rory);
      const again = await post('/api/user/register', rory);
      const broken = await post('/api/user/register', { username: 'Rory' });

      expect(seenIn(first)).toEqual(sampleOf(200, { ...envelope, data: { username: 'Rory' } }));
      expect([first.body.code, again.status, broken.status]).toEqual([0, 409, 400]);
      expect(seenIn(again)).toEqual(sampleOf(409, envelope));
    });

    it('signs him in with a token of the sample’s form', async () => {
      const answer = await post('/api/user/login', rory);
      token = answer.body.data.token;
      const { sub, iat, exp } = tokenParts(token)[1];

      expect(seenIn(answer)).toEqual(sampleOf(200, { ...envelope, data: { token: 'eyJ0…' } }));
      expect(tokenParts(token)[0]).toEqual({ typ: 'JWT', alg: 'HS256' });
      expect([typeof sub, typeof iat, typeof exp]).toEqual(['string', 'number', 'number']);
      expect(await codeOf(post('/api/user/login', {}))).toEqual([400, 2]);
      expect(await codeOf(post('/api/user/login', { ...rory, username: 'Nobody' }))).toEqual([
        404, 4,
      ]);
      expect(await codeOf(post('/api/user/login', { ...rory, password: '1234' }))).toEqual([
        401, 5,
      ]);
    });

    it('takes a picture with that token, and with no other', async () => {
      const path = '/api/picture';
      picture = (await smallPicture('png')).toString('base64');
      const answer = await post(path, { data: picture }, raw(token));

      expect(seenIn(answer)).toEqual(sampleOf(201, { ...envelope, data: { id: 1 } }));
      expect(await codeOf(post(path, { data: picture }))).toEqual([403, 7]);
      expect(await codeOf(post(path, { data: picture }, raw(`${token}x`)))).toEqual([401, 9]);
      expect(await codeOf(post(path, {}, raw(token)))).toEqual([400, 2]);
      // What the sample shows is no base64.
      const sample = { data: '\\9klelwrwewerwer...' };
      expect(await codeOf(post(path, sample, raw(token)))).toEqual([400, 6]);
    });

    it('gives the picture back as it was sent', async () => {
      const page = (query: string) => program.send('GET', `/api/picture${query}`, raw(token));
      const answer = await page('?page=1&limit=20&username=Rory');
      const { data } = (await page('')).body;

      const pictures = [{ id: 1, username: 'Rory', data: '…' }];
      const sample = { total: 100, page: 1, limit: 20, pictures };
      expect(seenIn(answer)).toEqual(sampleOf(200, { ...envelope, data: sample }));
      expect(answer.body.data.pictures).toMatchObject([{ username: 'Rory', data: picture }]);
      expect(data).toMatchObject({ total: 1, page: 1, limit: 20 });
      expect(await codeOf(page('?page=first'))).toEqual([400, 11]);
    });
  });

  describe('hmlet', () => {
    const test1 = { username: 'test1@gmail.com', password: 'test', name: 'test' };
    const photo = {
      id: 1,
      userid: 1,
      posted: 0,
      deleted: 0,
      url: 'http://…',
      caption: null as string | null,
      created_at: 'Sat, 21 Nov 2026 01:31:47 GMT',
      updates_at: 'Sat, 21 Nov 2026 01:31:47 GMT',
      published_at: 'Sat, 21 Nov 2026 01:31:47 GMT',
    };
    let access: { token: string };
    let refresh: { token: string };
    let id: number;
    let picture: Buffer;

    const get = (path: string) => program.send('GET', path, access);
    const idsAt = async (path: string) => {
      const { status, body } = await get(path);
      return [status, body.photos.map((each: { id: number }) => each.id)];
    };

    it('says hello', async () => {
      expect(seenIn(await program.send('GET', '/hello'))).toEqual(sampleOf(200, { message: '' }));
    });

    it('registers a user and signs him in with two tokens', async () => {
      const tokens = { message: '', access_token: '', refresh_token: '' };
      const registered = await program.send('POST', '/register', { body: test1 });
      const { name: _, ...credentials } = test1;
      const signedIn = await program.send('POST', '/login', { body: credentials });
      access = { token: signedIn.body.access_token };
      refresh = { token: signedIn.body.refresh_token };

      expect(seenIn(registered)).toEqual(sampleOf(201, tokens));
      expect(seenIn(signedIn)).toEqual(sampleOf(200, tokens));
      expect(tokenParts(access.token)[1]).toMatchObject({
        identity: test1.username,
        type: 'access',
      });
    });

    it('renews the access token by the refresh token', async () => {
      const answer = await program.send('POST', '/refresh', refresh);

      expect(seenIn(answer)).toEqual(sampleOf(200, { access_token: '' }));
      access = { token: answer.body.access_token };
    });

    it('keeps an uploaded photo as a draft, found in the lists of one’s own', async () => {
      picture = await smallPicture('png');
      const body = form('file', 'holiday.png', picture);
      const answer = await program.send('POST', '/upload-photo', { ...access, body });
      const drafts = await get('/my-drafts');
      id = (await get('/my-photos')).body.photos[0].id;

      expect(seenIn(answer)).toEqual(sampleOf(201, { message: '', id: 1 }));
      expect(seenIn(drafts)).toEqual(sampleOf(200, { photos: [photo] }));
      expect([id, drafts.body.photos[0].id]).toEqual([answer.body.id, answer.body.id]);
      expect((await get(`/photo/${id}`)).body).toMatchObject({ id, posted: 0, deleted: 0 });
    });

    it('posts it, as /photo/<id> shows', async () => {
      const answer = await program.send('POST', `/post-photo/${id}`, access);
      const shown = await get(`/photo/${id}`);

      expect(seenIn(answer)).toEqual(sampleOf(201, { message: '' }));
      expect(seenIn(shown)).toEqual(sampleOf(200, photo));
      expect([shown.body.posted, shown.body.caption]).toEqual([1, null]);
      expect(new Date(shown.body.published_at).toUTCString()).toBe(shown.body.published_at);
      expect(await idsAt('/my-drafts')).toEqual([200, []]);
    });

    it('shows the picture at its url', async () => {
      const { url } = (await get(`/photo/${id}`)).body;

      await expect.poll(async () => (await send(url, 'GET')).status, { timeout: 40_000 }).toBe(200);
      expect((await send(url, 'GET')).headers['content-type']).toMatch(/^image\//);
    });

    it('changes its caption', async () => {
      const body = { caption: '12sdjkfh' };
      const answer = await program.send('PUT', `/photos/${id}/caption`, { ...access, body });

      expect(seenIn(answer)).toEqual(sampleOf(201, { message: '' }));
      expect((await get(`/photo/${id}`)).body.caption).toBe('12sdjkfh');
    });

    it('lists it among all photos, in the order and of the user that are asked for', async () => {
      const body = { ...test1, username: 'test@gmail.com' };
      await program.send('POST', '/register', { body });
      const all = (await idsAt('/all-photos?order=asc'))[1];

      expect(all).toContain(id);
      expect(await idsAt('/all-photos?order=desc')).toEqual([200, [...all].reverse()]);
      expect(await idsAt('/all-photos?user=test1@gmail.com')).toEqual([200, [id]]);
      expect(await idsAt('/all-photos?order=asc&user=test@gmail.com')).toEqual([200, []]);
      expect(await idsAt('/my-photos?order=ASC')).toEqual([200, [id]]);
    });

    it('deletes it', async () => {
      const answer = await program.send('DELETE', `/delete-photo/${id}`, access);

      expect(seenIn(answer)).toEqual(sampleOf(200, { message: '' }));
      expect((await get(`/photo/${id}`)).status).toBe(400);
      expect(await idsAt('/my-photos?order=ASC')).toEqual([200, []]);
    });

    it('ends the access token, which can be had anew, and then the refresh token', async () => {
      const first = await program.send('DELETE', '/logout/access', access);
      const after = await get('/my-photos');
      const renewed = await program.send('POST', '/refresh', refresh);
      const second = await program.send('DELETE', '/logout/refresh', refresh);
      const last = await program.send('POST', '/refresh', refresh);

      expect(seenIn(first)).toEqual(sampleOf(200, { message: '' }));
      expect(seenIn(after)).toEqual(sampleOf(401, { msg: '' }));
      expect(seenIn(renewed)).toEqual(sampleOf(200, { access_token: '' }));
      expect(seenIn(second)).toEqual(sampleOf(200, { message: '' }));
      expect(seenIn(last)).toEqual(sampleOf(401, { msg: '' }));
    });
  });

  describe('mini-sns', () => {
    const html = 'text/html; charset=utf-8';
    const person = (name: string) => ({
      email: `${name}@example.com`,
      name,
      password: 'test1234',
      profile: 'hello',
    });
    let alice: { id: number; token: string };
    let bob: { id: number; token: string };

    async function signUp(name: string) {
      const { body } = await program.send('POST', '/sign-up', { body: person(name) });
      const { email, password } = person(name);
      const login = await program.send('POST', '/login', { body: { email, password } });
      return { id: body.id as number, token: login.body.access_token as string };
    }

    const post = (path: string, body: unknown) =>
      program.send('POST', path, { body, ...raw(alice.token) });
    const done = [200, html, 'string'];

    it('answers its ping', async () => {
      const answer = await program.send('GET', '/ping');

      expect([...seenIn(answer).slice(0, 2), answer.body]).toEqual([200, html, 'some some pong']);
    });

    it('signs a user up, and in', async () => {
      const { email, name, password, profile } = person('carla');
      const signedUp = await program.send('POST', '/sign-up', { body: person('carla') });
      const signedIn = await program.send('POST', '/login', { body: { email, password } });
      const { id } = signedUp.body;

      expect(seenIn(signedUp)).toEqual(sampleOf(200, { id, name, email, profile }));
      expect(signedUp.body).toEqual({ id, name, email, profile });
      expect(seenIn(signedIn)).toEqual(sampleOf(200, { user_id: 1, access_token: '' }));
      expect(signedIn.body.user_id).toBe(id);
    });

    it('shows tweets of one’s own and of the followed in the timeline', async () => {
      alice = await signUp('alice');
      bob = await signUp('bob');
      await program.send('POST', '/tweet', { body: { tweet: 'Hello, all' }, ...raw(bob.token) });
      const tweeted = await post('/tweet', { tweet: 'My first tweet' });
      const followed = await post('/follow', { follow: String(bob.id) });
      const timeline = await program.send('GET', '/timeline', raw(alice.token));

      expect([seenIn(tweeted), seenIn(followed)]).toEqual([done, done]);
      expect(seenIn(timeline)).toEqual(
        sampleOf(200, { user_id: 1, timeline: [{ user_id: 2, tweet: 'Hello, all' }] }),
      );
      expect(timeline.body).toEqual({
        user_id: alice.id,
        timeline: [
          { user_id: bob.id, tweet: 'Hello, all' },
          { user_id: alice.id, tweet: 'My first tweet' },
        ],
      });
    });

    it('likes a tweet, and stops following', async () => {
      const { headers } = await post('/tweet', { tweet: 'Another tweet' });
      const liked = await post('/like-tweet', { like: Number(headers['x-tweet-id']) });
      const unfollowed = await post('/unfollow', { unfollow: bob.id });
      const timeline = await program.send('GET', '/timeline?detail=1', raw(alice.token));

      expect([seenIn(liked), seenIn(unfollowed)]).toEqual([done, done]);
      expect(timeline.body.timeline).toMatchObject([
        { tweet: 'My first tweet', likes: 0 },
        { tweet: 'Another tweet', likes: 1 },
      ]);
    });

    it('keeps a profile picture and says where it can be downloaded', async () => {
      const body = form('profile-pic', 'me.png', await smallPicture('png'));
      const kept = await program.send('POST', '/profile-picture/s3', { body, ...raw(alice.token) });
      const path = `/profile-picture/s3/${alice.id}`;
      await expect
        .poll(async () => (await program.send('GET', path)).status, { timeout: 40_000 })
        .toBe(200);
      const answer = await program.send('GET', path);
      const picture = await send(answer.body.img_url, 'GET');

      expect(seenIn(kept)).toEqual(done);
      expect(seenIn(answer)).toEqual(sampleOf(200, { img_url: '' }));
      expect([picture.status, picture.headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^image\//),
      ]);
    });
  });
});
