import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeAccount } from '../../../support/given.ts';
import { signInContext } from '../../../support/issued.ts';
import { type TestServer, testServer } from '../../../support/server.ts';

describe('a token of an older contract', () => {
  const lifeMs = 60_000;
  let server: TestServer;
  let accountId: number;
  let sessionId: number;
  let token: string;

  beforeEach(async () => {
    server = await testServer();
    await server.tokens('alice');
    accountId = (await server.send('GET', '/v2/me', { as: 'alice' })).body.id;
    const { sessions, legacyTokens } = server.app.services;
    const context = { ...signInContext('mini-sns'), lifeMs };
    const session = await sessions.openPlain(accountId, { by: 'passkey' }, context);
    sessionId = session.id;
    token = await legacyTokens.issue(session, { user_id: accountId });
  });

  afterEach(() => server.close());

  const resolve = (credential: string | null, audience = 'mini-sns', refuse?: () => void) =>
    server.app.services.legacyTokens.resolve(credential, audience, refuse);

  it('tells whose it is, and says what its clients read', async () => {
    expect(await resolve(token)).toMatchObject({
      accountId,
      sessionId,
      claims: { user_id: accountId },
    });
  });

  it('carries the times of its session in seconds', () => {
    const [, payload = ''] = token.split('.');
    const { iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const seconds = server.clock.now().getTime() / 1000;

    expect([iat, exp]).toEqual([seconds, seconds + 60]);
  });

  it('is good until its life is over', async () => {
    server.clock.advance(lifeMs - 1);
    expect(await resolve(token)).toMatchObject({ accountId });

    server.clock.advance(1);
    await expect(resolve(token)).rejects.toMatchObject({ code: 'expired_token' });
  });

  it('must be there, be whole and be of the contract', async () => {
    await expect(resolve(null)).rejects.toMatchObject({ code: 'no_token' });
    await expect(resolve(`${token}x`)).rejects.toMatchObject({ code: 'bad_token' });
    await expect(resolve(token, 'hmlet')).rejects.toMatchObject({ code: 'bad_token' });
  });

  it('may be refused for what it says', async () => {
    const refuse = () => {
      throw new Error('It says too little.');
    };

    await expect(resolve(token, 'mini-sns', refuse)).rejects.toThrow('It says too little.');
  });

  it('ends with its session', async () => {
    await server.send('DELETE', `/v2/sessions/${sessionId}`, { as: 'alice' });

    await expect(resolve(token)).rejects.toMatchObject({ code: 'revoked_token' });
  });

  it('is of nobody once the account is disabled', async () => {
    await changeAccount(server, 'alice', { disabled: true });

    await expect(resolve(token)).rejects.toMatchObject({ code: 'unknown_account' });
  });
});
