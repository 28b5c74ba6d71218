import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphServer, graphServer } from '../support/graph-server.ts';
import {
  cleanUp,
  type Program,
  runCommand,
  runFile,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';
import { foundIn, sampleOf, seenIn, tokenParts } from '../support/samples.ts';

/** As the README prints it. */
const login = String.raw`curl -X POST "http://0.0.0.0/v1/auth/login" -H "accept: application/json" -H "Content-Type: application/json" -d "{\"email\":\"a@a.com\",\"password\":\"password\"}"`;

/**
 * What the README of base-api shows, against the program as a newcomer starts it: on an empty folder, after its seed, over
 * the wire. Facebook is a local server, mails and text messages are files.
 */
describe('a started program, to somebody with the README of base-api', { timeout: 60_000 }, () => {
  let dataDir: string;
  let graph: GraphServer;
  let program: Program;
  /** Of a@a.com, whom the seed has made. */
  let martin: { token: string };
  /** Of somebody who registered. */
  let alice: { token: string };

  const done = { status: 'success', message: '' };
  const success = sampleOf(200, done);
  const signedIn = { ...done, auth_token: '', username: '' };
  const registration = { username: 'alice', email: 'alice@example.com', password: 'one' };

  beforeAll(async () => {
    dataDir = temporaryFolder();
    graph = await graphServer();
    const seeded = await command('seed', '--base-api');
    expect([seeded.code, seeded.stderr]).toEqual([0, '']);
    const environment = {
      FACEBOOK_APP_ID: graph.appId,
      FACEBOOK_APP_SECRET: graph.appSecret,
      FACEBOOK_GRAPH_URL: graph.url,
    };
    program = await startProgram({ dataDir, environment });
  }, 60_000);

  afterAll(async () => {
    await cleanUp();
    await graph.close();
  });

  const command = (...args: string[]) => runCommand(args, { environment: { DATA_DIR: dataDir } });
  const post = (path: string, body: unknown, more = {}) =>
    program.send('POST', path, { body, ...more });
  const put = (path: string, body: unknown, more = {}) =>
    program.send('PUT', path, { body, ...more });
  const get = (path: string, more = {}) => program.send('GET', path, more);
  const logIn = (email: string, password: string) => post('/v1/auth/login', { email, password });

  async function bash(line: string) {
    const script = line.replace(/http:\/\/(0\.0\.0\.0|localhost)/, program.url);
    const argv = ['bash', '--norc', '-euo', 'pipefail', '-c', `${script} --silent --show-error -i`];
    const { code, stdout, stderr } = await runFile(argv, { PATH: process.env.PATH ?? '' });
    expect([code, stderr]).toEqual([0, '']);
    const [head = '', body = ''] = stdout.split('\r\n\r\n');
    const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim();
    return { status: Number(head.split(' ')[1]), type, body: JSON.parse(body) };
  }

  it('signs in whom the seed has made, by the line that stands there', async () => {
    const { status, type, body } = await bash(login);
    martin = { token: body.auth_token };
    const [head, { sub, iat, exp }] = tokenParts(body.auth_token);

    expect([status, type]).toEqual([200, 'application/json']);
    expect(body).toEqual({
      status: 'success',
      message: 'Successfully logged in.',
      auth_token: expect.any(String),
      username: 'martin',
    });
    expect(head).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect([sub, Number(exp) - Number(iat)]).toEqual([1, 2_592_000]);
  });

  it('answers its ping, as a browser asks for it', async () => {
    const { status, type, body } = await bash('curl http://localhost/v1/ping');

    expect([status, type]).toEqual([200, 'application/json']);
    expect(body).toEqual({ status: 'success', message: 'pong!' });
  });

  it('registers, and tells the status', async () => {
    const registered = await post('/v1/auth/register', registration);
    alice = { token: registered.body.auth_token };
    const status = await get('/v1/auth/status', alice);

    const data = {
      id: 4,
      username: 'alice',
      email: 'alice@example.com',
      active: true,
      created_at: '2026-11-21T01:26:38.146657+00:00',
      email_validation_date: null,
      cellphone_validation_date: null,
    };
    expect(seenIn(registered)).toEqual(sampleOf(201, signedIn));
    expect(seenIn(status)).toEqual(sampleOf(200, { status: 'success', data }));
    expect(status.body.data).toMatchObject({ username: 'alice', active: true });
    expect(status.body.data.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
  });

  it('verifies the e-mail by the link that it mails', async () => {
    const [mails, link] = [join(dataDir, 'mail'), /(\/v1\/email_verification\/[\w.-]+)/];
    const ofTheWelcome = await foundIn(mails, link);
    const body = { email: 'alice@example.com' };
    const asked = await put('/v1/email_verification', body, alice);
    const opened = await get(await foundIn(mails, link, ofTheWelcome));

    expect([seenIn(asked), seenIn(opened)]).toEqual([success, success]);
    const { data } = (await get('/v1/auth/status', alice)).body;
    expect(data.email_validation_date).toEqual(expect.any(String));
  });

  it('verifies a cell phone by the code that it sends, as often as one likes', async () => {
    const body = { cellphone_number: '98765001', cellphone_cc: '+598' };
    const asked = await post('/v1/cellphone', body, alice);
    const code = await foundIn(join(dataDir, 'sms'), /code is (\d{4})/);
    const first = await put('/v1/cellphone/verify', { validation_code: code }, alice);
    const again = await put('/v1/cellphone/verify', { validation_code: code }, alice);

    expect([asked, first, again].map(seenIn)).toEqual([success, success, success]);
    const { data } = (await get('/v1/auth/status', alice)).body;
    expect(data.cellphone_validation_date).toEqual(expect.any(String));
  });

  it('registers a device, gives it to a user, and pushes an echo', async () => {
    const device = { device_id: 'phone-1', device_type: 'apple' };
    const registered = await post('/v1/devices', device);
    const given = await put('/v1/devices/phone-1', device, alice);
    const echoed = await program.send('POST', '/v1/push_echo', alice);

    expect([registered, given, echoed].map(seenIn)).toEqual([success, success, success]);
    expect(echoed.body).toEqual({ status: 'success', message: 'pong!' });
  });

  it('shows users to a backend admin alone, who may add some', async () => {
    const refused = await get('/v1/users', martin);
    await command('accounts', 'role', 'a@a.com', 'admin');
    const { body } = await logIn('a@a.com', 'password');
    martin = { token: body.auth_token };
    const bob = { username: 'bob', email: 'bob@example.com', password: 'one' };
    const added = await post('/v1/users', bob, martin);
    const all = await get('/v1/users', martin);
    const [newest] = all.body.data.users;
    const one = await get(`/v1/users/${newest.id}`, martin);

    const shown = { username: 'bob', email: 'bob@example.com', created_at: '2026-…+00:00' };
    const users = [{ id: 5, ...shown }];
    expect(seenIn(refused)).toEqual(sampleOf(403, { message: '', status: 'error' }));
    expect(seenIn(added)).toEqual(sampleOf(201, done));
    expect(seenIn(all)).toEqual(sampleOf(200, { status: 'success', data: { users } }));
    expect(seenIn(one)).toEqual(sampleOf(200, { status: 'success', data: shown }));
    expect(one.body.data).toMatchObject({ username: 'bob', email: 'bob@example.com' });
  });

  it('changes a password, and recovers one by mail', async () => {
    const passwords = { old_password: 'one', new_password: 'two' };
    const changed = await put('/v1/auth/password_change', passwords, alice);
    const asked = await post('/v1/auth/password_recovery', { email: 'alice@example.com' });
    const token = await foundIn(join(dataDir, 'mail'), /token=(?:3D)?([0-9a-f.]+)/);
    const reset = await put('/v1/auth/password', { token, password: 'three' });

    expect([changed, asked, reset].map(seenIn)).toEqual([success, success, success]);
    expect(seenIn(await logIn('alice@example.com', 'three'))).toEqual(sampleOf(200, signedIn));
    expect((await logIn('alice@example.com', 'two')).status).toBe(404);
  });

  it('signs in by Facebook, with a username and a password on request', async () => {
    graph.know('carla-at-facebook', { user: { id: '303', name: 'Carla' } });
    const body = { fb_access_token: 'carla-at-facebook' };
    const made = await post('/v1/auth/facebook/login', body);
    const again = await post('/v1/auth/facebook/login', body);
    const standalone = await put(
      '/v1/auth/facebook/set_standalone_user',
      { username: 'carla', new_password: 'colours' },
      { token: again.body.auth_token },
    );

    expect(seenIn(made)).toEqual(sampleOf(201, { ...done, auth_token: '' }));
    expect(seenIn(again)).toEqual(sampleOf(200, { ...done, auth_token: '' }));
    expect(seenIn(standalone)).toEqual(success);
  });

  it('signs out', async () => {
    const { body } = await logIn('b@b.com', 'password');
    const answer = await get('/v1/auth/logout', { token: body.auth_token });

    expect(seenIn(answer)).toEqual(success);
  });

  it('refuses whose account is not active in the words that stand there', async () => {
    const { body } = await logIn('c@c.com', 'password');
    await command('accounts', 'disable', 'c@c.com');
    const answer = await get('/v1/auth/status', { token: body.auth_token });

    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual({
      message: 'Something went wrong. Please contact us.',
      status: 'error',
    });
  });
});
