import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noise } from '../support/pictures.ts';
import { type Answer, passwords, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let photo: Buffer;

beforeAll(async () => {
  server = await testServer({ contracts: 'all' });
  photo = await noise(320, 240).jpeg().toBuffer();
  await server.tokens('alice');
});

afterAll(() => server.close());

const { alice: password } = passwords;

/** Where pictures are made in all sizes before the answer, and how alice signs in there. */
const uploads = [
  {
    contract: 'hmlet',
    path: '/upload-photo',
    name: 'file',
    login: { username: 'alice', password },
    word: 'Bearer ',
    done: 201,
  },
  {
    contract: 'mini-sns',
    path: '/profile-picture/local',
    name: 'profile-pic',
    login: { email: 'alice@example.com', password },
    word: '',
    done: 200,
  },
];

it.each(uploads)(
  'forty uploads at once to $contract are all answered, and so are others meanwhile',
  { timeout: 60_000 },
  async ({ contract, path, name, login, word, done }) => {
    const mount = `/compat/${contract}`;
    const { body } = await server.send('POST', `${mount}/login`, { body: login });
    const headers = { authorization: `${word}${body.access_token}` };

    const sent = Array.from({ length: 40 }, (_, i) => {
      const file = { path: `${mount}${path}`, headers, filename: `${i}.jpg`, name };
      return server.upload('alice', photo, file);
    });
    const uploads = new AbortController();
    const all = Promise.all(sent).finally(() => uploads.abort());
    const others: Answer[] = [];
    while (!uploads.signal.aborted) {
      others.push(await server.send('GET', '/v2/explore'));
      await setTimeout(20);
    }

    expect((await all).map(({ status }) => status)).toEqual(Array(40).fill(done));
    expect(others.length).toBeGreaterThan(2);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200]));
  },
);
