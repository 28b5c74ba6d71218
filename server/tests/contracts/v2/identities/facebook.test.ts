import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphServer, graphServer } from '../../../support/graph-server.ts';
import { type TestServer, testServer } from '../../../support/server.ts';

describe('an access token of Facebook', () => {
  let graph: GraphServer;
  let server: TestServer;

  beforeAll(async () => {
    graph = await graphServer();
    server = await testServer({
      environment: {
        FACEBOOK_APP_ID: graph.appId,
        FACEBOOK_APP_SECRET: graph.appSecret,
        FACEBOOK_GRAPH_URL: `${graph.url}/`,
      },
    });
  });

  afterAll(async () => {
    await server.close();
    await graph.close();
  });

  function signIn(body: object) {
    return server.send('POST', '/v2/identity-providers/facebook/sign-in', { body });
  }

  async function me({ body }: Awaited<ReturnType<typeof signIn>>) {
    const headers = { authorization: `Bearer ${body.accessToken}` };
    return (await server.send('GET', '/v2/me', { headers })).body;
  }

  it('makes an account, and finds it again', async () => {
    graph.know('alice-1', { user: { id: '101', name: 'Alice Álvarez' } });
    graph.know('alice-2', { user: { id: '101', name: 'Alice Álvarez' } });

    const first = await signIn({ accessToken: 'alice-1' });
    const second = await signIn({ accessToken: 'alice-2' });

    expect([first.status, first.body.created]).toEqual([201, true]);
    expect([second.status, second.body.created]).toEqual([201, false]);
    expect(await me(second)).toMatchObject({
      username: 'alice-alvarez',
      displayName: 'Alice Álvarez',
      email: null,
    });
  });

  it('shows no e-mail that anybody has checked, so that none is taken over', async () => {
    graph.know('bob', { user: { id: '102', name: 'Bob', email: 'bob@example.com' } });

    expect(await me(await signIn({ accessToken: 'bob' }))).toMatchObject({
      username: 'bob',
      email: null,
      emailVerified: false,
    });
  });

  it.each<[string, Parameters<GraphServer['know']>[1]]>([
    ['of another app', { user: { id: '103' }, appId: '999' }],
    ['that Facebook does not accept any more', { user: { id: '103' }, isValid: false }],
    ['that has expired', { user: { id: '103' }, expiresAt: Date.UTC(2026, 5, 1, 11) / 1000 }],
    ['of a page', { user: { id: '103' }, type: 'PAGE' }],
    ['of nobody', { user: { id: '' } }],
  ])('S23: %s is refused', async (what, token) => {
    graph.know(what, token);

    const answer = await signIn({ accessToken: what });

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'accessToken']);
  });

  it('that Facebook does not know is refused, however often, and locks nobody out', async () => {
    graph.know('carla', { user: { id: '104', name: 'Carla' } });
    for (let i = 0; i < 10; i += 1) await signIn({ accessToken: `guess-${i}` });

    expect((await signIn({ accessToken: 'carla' })).status).toBe(201);
    expect((await signIn({ idToken: 'carla' })).body.fields[0].field).toBe('idToken');
    expect((await signIn({ accessToken: 'carla', nonce: 'n' })).body.fields[0].field).toBe('nonce');
  });

  it('answers 503 while Facebook is down, and soon does not ask it any more', async () => {
    graph.fail(500);
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await signIn({ accessToken: 'alice-1' }));
    const asked = graph.requests();
    const spared = await signIn({ accessToken: 'alice-1' });
    graph.fail(null);
    server.clock.advance(10_000);
    const after = await signIn({ accessToken: 'alice-1' });

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect([spared.status, spared.headers['retry-after']]).toEqual([503, '10']);
    expect(graph.requests() - asked).toBe(2);
    expect(after.status).toBe(201);
  });

  it('is named nowhere in the log, nor is the secret of the app', async () => {
    graph.know('a-token-to-hide', { user: { id: '105' }, appId: '999' });
    await signIn({ accessToken: 'a-token-to-hide' });
    graph.fail(500);
    const away = await signIn({ accessToken: 'a-token-to-hide' });
    graph.fail(null);

    expect(away.status).toBe(503);
    expect(server.logged.join('\n')).not.toMatch(/a-token-to-hide|a-secret-of-the-app/);
    expect(server.logged.join('\n')).toContain(
      '/identity-providers/facebook/sign-in","status":503',
    );
  });
});
