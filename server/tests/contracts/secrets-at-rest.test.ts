import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator } from '../../src/domain/authority.ts';
import { authenticatorApp } from '../support/second-factor.ts';
import { dumpOf, formsOfBody, linesWithSecrets } from '../support/secret-search.ts';
import { type Answer, passwords, type TestServer, testServer } from '../support/server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Sent = { token?: string; body?: object };

/** Fields of answers and requests whose values nobody else may know. */
const secretFields =
  /^(password(_confirm)?|(old|new)_?password|(access|refresh|auth)_?token|accessToken|refreshToken|token|secret|recoveryCodes|invite|code|validation_code|challenge|login)$/i;

describe('after a story through all contracts, no secret', () => {
  let server: TestServer;
  const texts = new Set<string>();
  const bodies = new Set<string>();
  const dump: string[] = [];

  beforeAll(async () => {
    server = await testServer({ contracts: 'all', logLevel: 'debug' });
    await story();
  }, 120_000);

  afterAll(() => server.close());

  function learn(value: unknown, isSecret = false): void {
    if (typeof value === 'string' && isSecret && value.length >= 4) texts.add(value);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      const isPart = isSecret && (Array.isArray(value) || key === 'token');
      learn(item, isPart || (secretFields.test(key) && key !== 'login'));
    }
  }

  /** Sends a request with a key, and notes what in it and in its answer is secret. */
  async function send(method: Method, path: string, { token, body }: Sent = {}): Promise<Answer> {
    const known = texts.size;
    learn(body);
    if (body && (texts.size > known || Object.keys(body).some((key) => secretFields.test(key)))) {
      for (const form of formsOfBody(body)) bodies.add(form);
    }
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'idempotency-key': `key-${bodies.size}-${path.length}`, ...authorization };
    const answer = await server.send(method, path, { headers, body });
    // The code of a problem is for everybody.
    learn(answer.status < 400 ? answer.body : { ...answer.body, code: null });
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    return answer;
  }

  async function expectDone(sent: Promise<Answer>): Promise<Answer> {
    const answer = await sent;
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer;
  }

  /** Lets the workers run; the database is looked at before, too, for events are gone after. */
  async function work(): Promise<string> {
    dump.push(...(await dumpOf(server)));
    await server.work();
    dump.push(...(await dumpOf(server)));
    const folders = ['mail', 'sms'].map((name) => join(server.dataDir, name));
    const written: string[] = [];
    for (const folder of folders) {
      for (const name of await readdir(folder).catch(() => [])) {
        written.push(await readFile(join(folder, name), 'utf8'));
      }
    }
    const all = written.join('\n');
    for (const [secret] of all.matchAll(/\b\d+\.[0-9a-f]{32}\b/g)) texts.add(secret);
    for (const [, code = ''] of all.matchAll(/(?:code is|^)\s*(\d{6})\b/gm)) texts.add(code);
    return all;
  }

  const last = (all: string, form: RegExp) => [...all.matchAll(form)].at(-1)?.[1] ?? '';

  async function story(): Promise<void> {
    await server.app.services.accounts.create({
      username: 'carla',
      password: 'carla-likes-cliffs',
      email: null,
      displayName: null,
      role: 'admin',
      idempotencyKey: null,
    });
    texts.add('carla-likes-cliffs');
    await ownContract();
    await olderContracts();
    await work();
    await failures();
  }

  async function ownContract(): Promise<void> {
    const password = 'dunes at nöon 1';
    const email = 'alice@example.com';
    const carla = { login: 'carla', password: 'carla-likes-cliffs' };
    const admin = (await expectDone(send('POST', '/v2/sessions', { body: carla }))).body
      .accessToken;
    const made = {
      username: 'user-7',
      password: 'a-first-password',
      email: 'user-7@example.com',
      displayName: 'User 7',
      role: 'moderator',
    };
    await expectDone(send('POST', '/v2/admin/accounts', { token: admin, body: made }));
    const { body: invite } = await expectDone(
      send('POST', '/v2/invites', { token: admin, body: {} }),
    );
    const alice = { username: 'alice', password, email, invite: invite.token };
    await expectDone(send('POST', '/v2/accounts', { body: alice }));
    const confirm = last(await work(), /#token=(\d+\.[0-9a-f]{32})/g);
    await expectDone(send('POST', '/v2/email-verifications/confirm', { body: { token: confirm } }));
    const login = { login: 'alice', password };
    const { body: opened } = await expectDone(send('POST', '/v2/sessions', { body: login }));
    const refresh = { refreshToken: opened.refreshToken };
    const { body: next } = await expectDone(
      send('POST', '/v2/sessions/refresh', { body: refresh }),
    );
    const token = next.accessToken;
    await send('POST', '/v2/sessions', { body: { login: 'alice', password: 'a-near-miss-99' } });
    await send('POST', '/v2/sessions', { body: { login: 'typed-in-the-wrong-field', password } });
    texts.add('typed-in-the-wrong-field');
    const device = { type: 'android', token: 'a-token-of-firebase-0123456789' };
    await expectDone(send('PUT', '/v2/me/devices/phone', { token, body: device }));
    await send('POST', '/v2/me/devices/phone/test-push', { token });
    await expectDone(send('POST', '/v2/me/phone', { token, body: { phone: '+59898765432' } }));
    const code = last(await work(), /(?:code is|clave es) (\d{6})/g);
    await expectDone(send('POST', '/v2/me/phone/confirm', { token, body: { code } }));
    const app = { name: 'cron', password };
    await expectDone(send('POST', '/v2/me/app-passwords', { token, body: app }));
    await secondFactor(token, password);
    await recovery(email);
  }

  async function secondFactor(token: string, password: string): Promise<void> {
    const begun = await expectDone(send('POST', '/v2/me/totp', { token, body: { password } }));
    const shown = authenticatorApp(server, begun.body.secret);
    const confirmed = await expectDone(
      send('POST', '/v2/me/totp/confirm', { token, body: { code: shown() } }),
    );
    const login = { login: 'alice', password };
    const asked = await send('POST', '/v2/sessions', { body: login });
    const body = { challenge: asked.body.challenge.token, code: confirmed.body.recoveryCodes[0] };
    await expectDone(send('POST', '/v2/sessions/second-factor', { body }));
  }

  async function recovery(email: string): Promise<void> {
    await expectDone(send('POST', '/v2/password-recoveries', { body: { email } }));
    const token = last(await work(), /reset-password\S*#token=(\d+\.[0-9a-f]{32})/g);
    const body = { token, password: 'hills at dusk 2' };
    await expectDone(send('POST', '/v2/password-recoveries/confirm', { body }));
    await server.app.services.accountAdmin.setPassword(operator, 1, 'set-by-the-operator');
    texts.add('set-by-the-operator');
  }

  async function olderContracts(): Promise<void> {
    const hmlet = { username: 'at hmlet', password: 'sand-of-hmlet', name: 'x' };
    await expectDone(send('POST', '/compat/hmlet/register', { body: hmlet }));
    const { body: tokens } = await expectDone(send('POST', '/compat/hmlet/login', { body: hmlet }));
    await expectDone(send('POST', '/compat/hmlet/refresh', { token: tokens.refresh_token }));
    const flask = { name: 'x', username: 'at flask', password: 'sand-of-flask' };
    const confirmed = { ...flask, password_confirm: flask.password };
    await expectDone(send('POST', '/compat/flask-api/api/user', { body: confirmed }));
    await expectDone(send('POST', '/compat/flask-api/api/auth/login', { body: flask }));
    const mithril = { username: 'at mithril', password: 'sand-of-mithril' };
    await expectDone(send('POST', '/compat/mithril/api/user/register', { body: mithril }));
    await expectDone(send('POST', '/compat/mithril/api/user/login', { body: mithril }));
    const sns = { email: 'sns@example.com', name: 'x', password: 'sand-of-sns', profile: '' };
    await expectDone(send('POST', '/compat/mini-sns/sign-up', { body: sns }));
    await expectDone(send('POST', '/compat/mini-sns/login', { body: sns }));
    const base = { username: 'bob', email: 'bob@example.com', password: 'sand-of-base' };
    const { body } = await expectDone(send('POST', '/v1/auth/register', { body: base }));
    const token = body.auth_token;
    const change = { old_password: base.password, new_password: 'rocks-of-base' };
    const phone = { cellphone_number: '98765001', cellphone_cc: '+598' };
    await expectDone(send('POST', '/v1/cellphone', { token, body: phone }));
    await work();
    await expectDone(send('PUT', '/v1/auth/password_change', { token, body: change }));
    const recovery = { email: base.email };
    await expectDone(send('POST', '/v1/auth/password_recovery', { body: recovery }));
    await work();
  }

  /** What goes wrong with secrets under way: mistaken clients, and in the end a database that lacks a table. */
  async function failures(): Promise<void> {
    const password = 'typed-in-a-hurry';
    texts.add(password);
    const body = { login: 'alice', username: 'alice', email: 'alice@example.com', password };
    const logins = server.http.routes().filter(({ path }) => /sign-up|login|session/.test(path));
    for (const { path } of logins) {
      const sent = [
        { body },
        { body: { ...body, password: { typed: password }, [password]: password } },
        { body: JSON.stringify(body).slice(0, -1) },
        { body: `login=alice&password=${password}`, headers: form },
        { headers: { authorization: `Basic ${btoa(`alice:${password}`)}`, cookie: password } },
      ];
      texts.add(btoa(`alice:${password}`));
      for (const each of sent) await server.send('POST', `${path}?password=${password}`, each);
    }
    for (const table of ['audit_log', 'idempotency_keys'])
      await server.app.database.executeQuery(CompiledQuery.raw(`drop table ${table}`));
    for (const { path } of logins) {
      const headers = { 'idempotency-key': 'once' };
      await server.send('POST', path, { body: { ...body, password: passwords.bob }, headers });
    }
    const bob = { username: 'user-9', password: 'never-to-be-written' };
    texts.add(bob.password);
    const refused = await server.send('POST', '/v2/accounts', { body: bob });
    expect(refused.status).toBe(500);
    await server.work();
  }

  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('was missed by the search', () => {
    const planted = createHash('sha256').update(JSON.stringify(['alice', 'dunes at nöon 1']));
    const lines = [
      `idempotency_keys {"fingerprint":"${planted.digest('hex')}"}`,
      'outbox {"payload":"{\\"password\\":\\"dunes at nöon 1\\"}"}',
      `x ${createHash('md5').update('hills at dusk 2').digest('base64')}`,
      `x ${createHash('sha512').update('hills at dusk 2').digest('base64url')}`,
      'x {"code":"123456"}',
    ];
    const found = linesWithSecrets(lines, {
      texts: new Set(['dunes at nöon 1', 'hills at dusk 2', '123456']),
      bodies: new Set(formsOfBody({ username: 'alice', password: 'dunes at nöon 1' })),
    });

    expect(found).toEqual(lines);
    expect(texts.size).toBeGreaterThan(50);
    expect(dump.some((line) => line.startsWith('idempotency_keys '))).toBe(true);
    expect(dump.some((line) => line.startsWith('outbox '))).toBe(true);
  });

  it('stands in the database, nor a plain digest of one or of a request that held one', () => {
    expect(linesWithSecrets(dump, { texts, bodies })).toEqual([]);
  });

  it('stands in the log', () => {
    const log = server.logged.join('');

    expect(log).toContain('a request was refused');
    expect(log).toContain('a request failed unexpectedly');
    expect(linesWithSecrets(server.logged, { texts, bodies })).toEqual([]);
  });
});

/** Where the program makes plain digests, and of what. */
const digests: Record<string, string> = {
  'adapters/blobs/staging.ts': 'of uploaded files; kept under a key alone',
  'adapters/passwords/phpass.ts': 'of an imported hash that is checked',
  'adapters/passwords/sha-crypt.ts': 'of an imported hash that is checked',
  'adapters/push/web-push.ts': 'of the topic of a push',
  'app/pages/layout.ts': 'of the pages’ own scripts and styles',
  'backup/manifest.ts': 'of a manifest, which has no secret',
  'backup/parts.ts': 'of files of a backup, which are kept beside them',
  'backup/restore-objects.ts': 'of uploaded files; kept nowhere',
  'db/statement-names.ts': 'of the text of a statement, without its values',
  'domain/devices/device.ts': 'of push tokens, to find rows from before',
  'domain/limits.ts': 'of e-mail addresses that are counted',
};

describe('plain digests', () => {
  it('are made where it is known of what, and of no secret', () => {
    const source = join(import.meta.dirname, '../../src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    const found = files
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => readFileSync(join(source, file), 'utf8').includes('createHash'));

    expect(found.toSorted()).toEqual(Object.keys(digests).toSorted());
  });
});
