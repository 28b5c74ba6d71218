import { expect } from 'vitest';
import { aPhoto } from '../../support/given.ts';
import { type Client, olderScenarios, type Sent } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { aDraft, formOf, people, photoForm, upload } from './given.ts';

const json = { 'content-type': 'application/json' };
const wrongType = { Error: 'Allowed file types are txt, pdf, png, jpg, jpeg, gif' };
const noFile = { Error: 'No file part in the request' };
const alice = 'Bearer {alice}';

async function send(client: Client, who: string, sent: Omit<Sent, 'token'>) {
  const token = `Bearer ${client.values[who]}`;
  const { status, body } = await client.send('POST', '/upload-photo', { token, ...sent });
  return [status, body];
}

olderScenarios({
  contract: 'hmlet',
  async people(client) {
    Object.assign(client.values, await people(client));
    return { photo: await aDraft(client, 'alice', 'a dune.JPG') };
  },
  rows: [
    {
      name: 'answers an upload with message and number',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { status, headers, body } = await upload(client, 'carla', 'c.png');
        expect([status, headers['content-type']]).toEqual([201, 'application/json']);
        expect(body).toEqual({
          message: 'File successfully uploaded',
          id: expect.any(Number),
        });
      },
    },
    {
      name: 'takes no second file of a name, whatever its signs, and one of another person',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const refused = [400, { Error: 'File already Uploaded.' }];
        expect(await send(client, 'alice', await photoForm('a dune.JPG'))).toEqual(refused);
        expect(await send(client, 'alice', await photoForm('a_dune.JPG'))).toEqual(refused);
        expect(await send(client, 'alice', await photoForm('../a?  dune.JPG'))).toEqual(refused);
        expect((await upload(client, 'bob', 'a dune.JPG')).status).toBe(201);
        expect((await upload(client, 'bob', 'песок.jpg')).status).toBe(201);
        expect((await upload(client, 'bob', 'море.jpg')).status).toBe(201);
      },
    },
    {
      name: 'takes one of two uploads of a name at once',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const mediaBytes = async () =>
          (await client.server.send('GET', '/v2/me', { as: 'carla' })).body.mediaBytes;
        const before = await mediaBytes();
        const uploads = Array.from({ length: 4 }, () => upload(client, 'carla', 'race.jpg'));
        const statuses = (await Promise.all(uploads)).map(({ status }) => status);
        expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 400, 400, 400]);
        expect((await mediaBytes()) - before).toBe((await aPhoto()).length);
      },
    },
    {
      name: 'refuses an upload that is no form',
      token: alice,
      send: ['POST', '/upload-photo', {}],
      expect: [400, noFile],
      expectHeaders: json,
    },
    {
      name: 'refuses an upload without anything',
      token: alice,
      send: ['POST', '/upload-photo'],
      expect: [400, noFile],
    },
    {
      name: 'refuses forms without a good file',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const photo = await aPhoto();
        const asField = formOf([{ name: 'file', content: 'x.png' }]);
        const otherName = formOf([{ name: 'photo', filename: 'x.png', content: photo }]);
        const unnamed = formOf([{ name: 'file', filename: '', content: '' }]);
        const noSelection = { Error: 'No file selected for uploading' };
        const broken = { ...otherName, body: Buffer.from('--a-boundary') };
        const long = await photoForm(`${'x'.repeat(252)}.png`);
        expect(await send(client, 'alice', asField)).toEqual([400, noFile]);
        expect(await send(client, 'alice', otherName)).toEqual([400, noFile]);
        expect(await send(client, 'alice', unnamed)).toEqual([400, noSelection]);
        expect(await send(client, 'alice', broken)).toMatchObject([
          400,
          { Error: expect.stringMatching(/Bad Request/) },
        ]);
        expect(await send(client, 'alice', long)).toEqual([400, { Error: 'File name too long.' }]);
      },
    },
    ...['a.txt', 'a', 'a.jpg.exe', 'a.svg'].map((filename) => ({
      name: `refuses a file called ${filename}`,
      send: ['GET', '/hello'] as ['GET', string],
      expect: [200] as [number],
      after: async (client: Client) => {
        expect(await send(client, 'alice', await photoForm(filename))).toEqual([400, wrongType]);
      },
    })),
    {
      name: 'refuses bytes that are no picture, whatever their name, and keeps nothing of them',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const page = { name: 'file', filename: 'page.png', content: '<script>' };
        const empty = { name: 'file', filename: 'page.png', content: '' };
        expect(await send(client, 'alice', formOf([page]))).toEqual([400, wrongType]);
        expect(await send(client, 'alice', formOf([empty]))).toEqual([400, wrongType]);
        expect((await upload(client, 'alice', 'page.png')).status).toBe(201);
      },
    },
    {
      name: 'takes the first of several files, and overlooks other parts',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const content = await aPhoto();
        const parts = [
          { name: 'note', content: 'x' },
          { name: 'thumb', filename: 'thumb.png', content: 'x' },
          { name: 'file', filename: 'first.png', content },
          { name: 'file', filename: 'second.txt', content: 'x' },
        ];
        expect(await send(client, 'alice', formOf(parts))).toMatchObject([201, {}]);
      },
    },
    {
      name: 'takes a PDF as a draft, and serves it to its owner as a file to be saved',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const content = Buffer.from('%PDF-1.7\n<script>alert(1)</script>');
        const form = formOf([{ name: 'file', filename: 'the plan ä.PDF', content }]);
        const [status, body] = await send(client, 'alice', form);
        const again = await send(client, 'alice', form);
        const token = `Bearer ${client.values.alice}`;
        const own = await client.send('GET', `/photo/${body.id}`, { token });
        const drafts = await client.send('GET', '/my-drafts', { token });
        const { pathname } = new URL(own.body.url);
        const get = (authorization?: string) =>
          client.server.send('GET', pathname, {
            headers: authorization === undefined ? {} : { authorization },
          });
        const file = await get(token);
        const others = await get(`Bearer ${client.values.bob}`);
        const nobodys = await get();

        expect([status, again]).toEqual([201, [400, { Error: 'File already Uploaded.' }]]);
        expect(drafts.body.photos).toContainEqual(own.body);
        expect(file.bytes.equals(content)).toBe(true);
        expect(file.headers).toMatchObject({
          'content-type': 'application/pdf',
          'content-disposition': "attachment; filename*=UTF-8''the_plan_%C3%A4.PDF",
          'x-content-type-options': 'nosniff',
          'content-length': String(content.length),
        });
        expect([others.status, nobodys.status]).toEqual([404, 401]);
        expect(nobodys.body).toEqual({ msg: 'Missing Authorization Header' });
      },
    },
    {
      name: 'publishes a PDF for everybody who has its address, and deletes it',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { server, values } = client;
        const content = Buffer.from('%PDF-1.4 published');
        const form = formOf([{ name: 'file', filename: 'b.pdf', content }]);
        const [, { id }] = await send(client, 'alice', form);
        const token = `Bearer ${values.alice}`;
        await client.send('POST', `/post-photo/${id}`, { token });
        const own = await client.send('GET', `/photo/${id}`, { token });
        const { pathname } = new URL(own.body.url);
        const path = '/all-photos?user=alice@example.com';
        const all = await client.send('GET', path, { token: `Bearer ${values.bob}` });
        const file = await server.send('GET', pathname);
        const inV2 = await server.send('GET', `/v2/posts/${id}`);
        const pictures = await server.send('GET', '/v2/explore?filter=with-media&limit=100');
        const asPicture = await server.send(
          'GET',
          pathname.replace(/.*\//, '/v2/media/') + '/large',
        );
        await client.send('DELETE', `/delete-photo/${id}`, { token });
        const deleted = await server.send('GET', pathname, { headers: { authorization: token } });
        await server.work();
        const gone = await server.send('GET', pathname, { headers: { authorization: token } });

        expect(all.body.photos).toContainEqual(own.body);
        expect([file.status, file.bytes.equals(content)]).toEqual([200, true]);
        expect(inV2.body).toMatchObject({ id, text: '', media: [] });
        expect(pictures.body.items.map((it: { id: number }) => it.id)).not.toContain(id);
        expect([asPicture.status, deleted.status, gone.status]).toEqual([404, 404, 404]);
      },
    },
    {
      name: 'takes a picture for one, whatever its name ends with',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { body } = await upload(client, 'alice', 'a picture.pdf');
        const token = `Bearer ${client.values.alice}`;
        const own = await client.send('GET', `/photo/${body.id}`, { token });
        const headers = { authorization: token };
        const shown = await client.server.send('GET', new URL(own.body.url).pathname, { headers });
        expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/jpeg']);
      },
    },
    {
      name: 'keeps a draft of a PDF from mithril, and gives it the bytes once it is published',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { server, values } = client;
        const content = Buffer.from('%PDF-1.4 of two contracts');
        const form = formOf([{ name: 'file', filename: 'c.pdf', content }]);
        const [, { id }] = await send(client, 'alice', form);
        const login = { username: 'alice@example.com', password: passwords.alice };
        const { body } = await server.send('POST', '/api/user/login', { body: login });
        const headers = { authorization: body.data.token };
        const list = async () => {
          const answer = await server.send('GET', '/api/picture?limit=100', { headers });
          return answer.body.data.pictures.map(({ data }: { data: string }) => data);
        };
        const before = await list();
        await client.send('POST', `/post-photo/${id}`, { token: `Bearer ${values.alice}` });
        const after = await list();

        expect(before).not.toContain(content.toString('base64'));
        expect(after).toContain(content.toString('base64'));
      },
    },
    {
      name: 'knows no picture of a key that no database could keep',
      send: ['GET', '/hello'],
      expect: [200],
      after: async ({ server, values }) => {
        const headers = { authorization: `Bearer ${values.alice}` };
        const answer = await server.send('GET', '/compat/hmlet/pictures/%00', { headers });
        expect(answer.status).toBe(404);
      },
    },
    {
      name: 'refuses more than 16 MiB',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const content = Buffer.alloc(16 * 1024 * 1024 + 1);
        const { headers, body } = formOf([{ name: 'file', filename: 'big.png', content }]);
        const told = [413, { Error: 'The file is larger than 16 MiB.' }];
        expect(await send(client, 'alice', { headers, body })).toEqual(told);
        const untold = { headers: { ...headers, 'content-length': '1000' }, body };
        expect(await send(client, 'alice', untold)).toMatchObject([
          413,
          { Error: expect.stringMatching(/./) },
        ]);
      },
    },
    {
      name: 'takes a file of the same name once the photo is deleted, before and after the files are gone',
      token: alice,
      send: ['DELETE', '/delete-photo/{photo}'],
      expect: [200],
      after: async (client) => {
        const again = await aDraft(client, 'alice', 'a dune.JPG');
        await client.server.work();
        const token = `Bearer ${client.values.alice}`;
        const own = await client.send('GET', `/photo/${again}`, { token });
        expect([own.status, own.body.posted]).toEqual([200, 0]);
        expect((await upload(client, 'alice', 'a dune.JPG')).status).toBe(400);
      },
    },
    {
      name: 'goes with its account',
      send: ['GET', '/hello'],
      expect: [200],
      after: async (client) => {
        const { server, values } = client;
        expect(
          (
            await server.send('DELETE', '/v2/me', {
              as: 'carla',
              body: { password: passwords.carla },
            })
          ).status,
        ).toBe(204);
        await server.work();
        const token = `Bearer ${values.alice}`;
        const { body } = await client.send('GET', '/all-photos?user=carla', { token });
        expect(body).toEqual({ Error: "User carla doesn't exist" });
        const left = await server.app.database
          .selectFrom('upload_names')
          .select('post_id')
          .where('name', '=', 'race.jpg')
          .execute();
        expect(left).toEqual([]);
      },
    },
  ],
});
