import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contracts/contract.ts';
import { mountContract } from '../../src/contracts/mounting.ts';
import { v2 } from '../../src/contracts/v2/contract.ts';
import type { AppToken, Scope } from '../../src/domain/credential.ts';
import { DomainError } from '../../src/domain/errors.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { type TestServer, testServer } from '../support/server.ts';

const app = { id: 1, name: 'Dunes' };
const audience = 'opaque';
const device = { name: 'test', address: '127.0.0.1' };

/** What is known of a token that says nothing by itself. */
type Grant = { scopes: Scope[]; session: { id: number; accountId: number } | null };

describe('a contract with opaque tokens', () => {
  let server: TestServer;
  let http: FastifyInstance;
  let grants: Map<string, Grant>;

  beforeEach(async () => {
    server = await testServer();
    grants = new Map();
    http = Fastify();
    await mountContract(http, opaque(), {
      services: server.app.services,
      publicUrl: 'http://127.0.0.1',
      requestLimit: null,
      maxUploadBytes: 1000,
      tokenLives: server.app.config.tokenLives,
      areViewsShared: true,
      isOutage: () => false,
      isWriteConflict: () => false,
      instanceName: 'Rookery',
      origins: { configured: [], allowsLoopback: false, onRefused() {} },
      hasStrictPasswords: false,
    });
    await http.ready();
  });

  afterEach(async () => {
    await http.close();
    await server.close();
  });

  function opaque(): Contract {
    return {
      ...v2,
      name: 'opaque',
      mount: '/opaque',
      audience,
      async principal({ sessions }, token) {
        if (token === null) throw new DomainError('no_token', 'This needs a token.');
        const grant = grants.get(token);
        if (!grant) throw new DomainError('bad_token', 'The token is not known.');
        const credential: AppToken = { kind: 'app-token', scopes: grant.scopes, app };
        if (!grant.session) return { accountId: null, credential };
        const { id: sessionId, accountId } = grant.session;
        const claims = { accountId, sessionId, audience, issuedAt: 0, expiresAt: 1_800_000_000 };
        return sessions.viewerOf(claims, credential);
      },
      routes(routes, { viewer, viewerIfAny, principal, services }) {
        routes.get('/me', async (request) => viewer(request, 'read:accounts'));
        routes.post('/posts', async (request) => viewer(request, 'write'));
        routes.get('/app', async (request) => principal(request, 'read'));
        routes.get('/public', async (request) => ({ viewer: await viewerIfAny(request) }));
        routes.get('/accounts', async (request) => {
          const actor = { who: await viewer(request), address: request.ip };
          return services.accountAdmin.list(actor, {}, { limit: 1, before: null });
        });
      },
    };
  }

  /** A token of 32 random bytes, for a session of alice's or for the app alone. */
  async function aToken(scopes: Scope[], isForApp = false): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    grants.set(token, { scopes, session: isForApp ? null : await aSession() });
    return token;
  }

  async function aSession() {
    const { accountId } = await alice();
    return server.app.services.sessions.openPlain(
      accountId,
      { by: 'identity' },
      { audience, device },
    );
  }

  async function alice(): Promise<Viewer> {
    const { accessToken } = await server.tokens('alice');
    return server.app.services.sessions.resolve(accessToken, 'v2');
  }

  async function ask(method: 'GET' | 'POST', path: string, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await http.inject({ method, url: `/opaque${path}`, headers });
    return { status: answer.statusCode, body: answer.json() };
  }

  it('knows whose token it is, which app has it, and for what', async () => {
    const { status, body } = await ask('GET', '/me', await aToken(['read']));

    expect(status).toBe(200);
    expect(body).toMatchObject({
      accountId: (await alice()).accountId,
      role: 'user',
      credential: { kind: 'app-token', scopes: ['read'], app },
    });
  });

  it('refuses what the scopes of the token do not cover', async () => {
    const reading = await aToken(['read', 'write:posts']);

    const { status, body } = await ask('POST', '/posts', reading);
    const allowed = await ask('POST', '/posts', await aToken(['write']));

    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('write');
    expect(allowed.status).toBe(200);
  });

  it('lets no app do what the role of its user allows, unless that is in the scopes', async () => {
    const { accountId } = await alice();
    await server.app.database.transaction((tx) =>
      tx.updateTable('accounts').set({ role: 'admin' }).where('id', '=', accountId).execute(),
    );

    const narrow = await ask('GET', '/accounts', await aToken(['read', 'write', 'push']));
    const wide = await ask('GET', '/accounts', await aToken(['admin']));

    expect([narrow.status, wide.status]).toEqual([403, 200]);
  });

  it('answers 401 without a token, with one that is not known, and after the session ended', async () => {
    const token = await aToken(['read']);
    const before = await ask('GET', '/me', token);
    const { id } = grants.get(token)?.session ?? { id: 0 };
    await server.app.services.sessions.end(await alice(), id, device.address);

    const answers = [
      await ask('GET', '/me'),
      await ask('GET', '/me', 'x'.repeat(43)),
      await ask('GET', '/me', token),
    ];

    expect(before.status).toBe(200);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'no_token'],
      [401, 'bad_token'],
      [401, 'revoked_token'],
    ]);
  });

  it('takes the token of an app alone where no account is needed, and nowhere else', async () => {
    const token = await aToken(['read', 'write'], true);

    const alone = await ask('GET', '/app', token);
    const anybody = await ask('GET', '/public', token);
    const refused = [await ask('GET', '/me', token), await ask('POST', '/posts', token)];
    const narrow = await ask('GET', '/app', await aToken(['write'], true));

    expect(alone).toMatchObject({ status: 200, body: { accountId: null, credential: { app } } });
    expect(anybody).toEqual({ status: 200, body: { viewer: null } });
    expect([...refused, narrow].map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});

describe('the credentials of today', () => {
  it('are told apart by kind, and none is of an app', async () => {
    const server = await testServer();
    const { sessions, legacyTokens, signedLinks } = server.app.services;
    const { accessToken } = await server.tokens('alice');
    const bySession = await sessions.resolve(accessToken, 'v2');
    const target = { purpose: 'events', name: '' } as const;
    const { signature } = signedLinks.sign(bySession, target);
    const byLink = await signedLinks.resolve(signature, target, 'v2');
    const { accountId } = bySession;
    const context = { audience: 'hmlet', device };
    const session = await sessions.openPlain(accountId, { by: 'identity' }, context);
    const legacy = await legacyTokens.resolve(await legacyTokens.issue(session, {}), 'hmlet');

    const credentials = [bySession, byLink, legacy].map(({ credential }) => credential);

    expect(credentials.map(({ kind }) => kind)).toEqual(['session', 'signed-link', 'legacy-token']);
    expect(credentials.map(({ app: of }) => of)).toEqual([null, null, null]);
    await server.close();
  });
});
