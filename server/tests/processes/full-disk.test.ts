import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { noise } from '../support/pictures.ts';
import { passwords, type TestServer, testServer } from '../support/server.ts';

const execute = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'rookery-full-'));
const mount = (options: string) =>
  execute('mount', ['-t', 'tmpfs', '-o', options, 'rookery-test', folder]);
/** Only root may mount. */
const isMounted = await mount('size=600k').then(
  () => true,
  () => false,
);

let server: TestServer;

afterAll(async () => {
  await server?.close();
  if (isMounted) await execute('umount', [folder]);
  await rm(folder, { recursive: true });
});

const leftovers = () => readdir(join(folder, 'blobs', 'tmp')).catch(() => []);

it.skipIf(!isMounted)(
  'an upload to a full disk is 503 and leaves no file; it succeeds when there is room',
  { timeout: 60_000 },
  async () => {
    server = await testServer({ contracts: 'all', config: { dataDir: folder } });
    const upload: TestServer['upload'] = (...sent) => server.upload(...sent);
    const photo = await noise(400, 300).jpeg({ quality: 95 }).toBuffer();
    await server.tokens('alice');
    const login = { email: 'alice@example.com', password: passwords.alice };
    const { body } = await server.send('POST', '/compat/mini-sns/login', { body: login });
    const older = {
      path: '/compat/mini-sns/profile-picture/local',
      name: 'profile-pic',
      headers: { authorization: body.access_token },
    };

    let refused = await upload('alice', photo);
    for (let i = 0; i < 20 && refused.status === 201; i += 1)
      refused = await upload('alice', photo);
    const refusedByOlder = await upload('alice', photo, older);
    await server.work();

    expect([refused.status, refusedByOlder.status]).toEqual([503, 503]);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refusedByOlder.headers['retry-after']).toMatch(/^\d+$/);
    expect(await leftovers()).toEqual([]);

    await mount('remount,size=30m');

    expect((await upload('alice', photo)).status).toBe(201);
    expect((await upload('alice', photo, older)).status).toBe(200);
    expect(await leftovers()).toEqual([]);
  },
);
