import {
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kid, type OidcServer, oidcServer, publicKeyText } from '../../../support/oidc-server.ts';
import type { TestServer } from '../../../support/server.ts';
import { identityServer } from './identity-server.ts';

const alice = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' };

describe('an ID token', () => {
  let provider: OidcServer;
  let server: TestServer;

  beforeAll(async () => {
    provider = await oidcServer();
    const google = { GOOGLE_ISSUER: provider.issuer, GOOGLE_CLIENT_ID: 'rookery-google' };
    server = await identityServer(provider, { environment: google });
  });

  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  function signIn(body: object, name = 'oidc') {
    return server.send('POST', `/v2/identity-providers/${name}/sign-in`, { body });
  }

  const now = () => Math.floor(Date.now() / 1000);

  it('signs in, and its keys are asked for once', async () => {
    const first = await signIn({ idToken: await provider.idToken(alice) });
    const again = await signIn({ idToken: await provider.idToken(alice) });

    expect([first.status, first.body.created]).toEqual([201, true]);
    expect([again.status, again.body.created]).toEqual([201, false]);
    expect(provider.keyRequests()).toBe(1);
  });

  it('may be of any app that the operator has named', async () => {
    const idToken = await provider.idToken({ ...alice, aud: 'rookery-phone' });
    const authorized = await provider.idToken({
      ...alice,
      aud: [provider.clientId, 'rookery-phone'],
      azp: 'rookery-phone',
    });

    expect((await signIn({ idToken })).status).toBe(201);
    expect((await signIn({ idToken: authorized })).status).toBe(201);
  });

  it('may name its issuer with a slash at the end, which makes nobody a stranger', async () => {
    const idToken = await provider.idToken({ ...alice, iss: `${provider.issuer}/` });

    const answer = await signIn({ idToken });

    expect([answer.status, answer.body.created]).toEqual([201, false]);
  });

  it('of Google works in the same way', async () => {
    const idToken = await provider.idToken({ sub: 'g-1', aud: 'rookery-google' });
    const ours = await provider.idToken({ sub: 'g-1' });

    expect((await signIn({ idToken }, 'google')).status).toBe(201);
    expect((await signIn({ idToken: ours }, 'google')).status).toBe(422);
  });

  it('carries the nonce that the app gave out', async () => {
    const idToken = await provider.idToken({ ...alice, nonce: 'n-1' });

    const right = await signIn({ idToken, nonce: 'n-1' });
    const wrong = await signIn({ idToken, nonce: 'n-2' });
    const missing = await signIn({ idToken: await provider.idToken(alice), nonce: 'n-1' });

    expect(right.status).toBe(201);
    expect([wrong.status, wrong.body.fields[0].field]).toEqual([422, 'nonce']);
    expect(missing.status).toBe(422);
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://accounts.example.com' }],
    ['for another app', { aud: 'somebody-else' }],
    ['that has expired', { exp: now() - 60 }],
    ['that never expires', { exp: undefined as unknown as number }],
    ['from the future', { iat: now() + 600 }],
    ['that does not hold yet', { nbf: now() + 600 }],
    ['without a subject', { sub: undefined as unknown as string }],
    ['with an empty subject', { sub: '' }],
    ['with a subject of 256 characters', { sub: 'a'.repeat(256) }],
    ['with a subject that engines might fold', { sub: 'a-1 ' }],
  ])('S23: %s is refused', async (_what, claims) => {
    const idToken = await provider.idToken({ ...alice, ...claims });

    const answer = await signIn({ idToken });

    expect([answer.status, answer.body.code, answer.body.fields?.[0].field]).toEqual([
      422,
      'invalid',
      'idToken',
    ]);
  });

  const audiences: Array<[shown: string, aud: unknown]> = [
    ['ours', 'rookery-web'],
    ['[ours]', ['rookery-web']],
    ['[ours, our other]', ['rookery-web', 'rookery-phone']],
    ['[ours, a project]', ['rookery-web', '384775']],
    ['foreign', 'somebody-else'],
    ['[foreign]', ['somebody-else']],
    ['[foreign, a project]', ['somebody-else', '384775']],
    ['[]', []],
    ['empty', ''],
    ['a number', 7],
    ['[a number]', [7]],
    ['missing', undefined],
  ];
  const parties: Array<[shown: string, azp: unknown]> = [
    ['missing', undefined],
    ['ours', 'rookery-web'],
    ['our other', 'rookery-phone'],
    ['foreign', 'android-app'],
    ['empty', ''],
    ['a number', 7],
    ['[ours]', ['rookery-web']],
  ];
  /** For us alone, whoever it was given to; or for us among others, and given to us. */
  const taken = new Set([
    ...['missing', 'ours', 'our other', 'foreign'].flatMap((azp) => [
      `aud ours, azp ${azp}`,
      `aud [ours], azp ${azp}`,
    ]),
    ...['ours', 'our other'].flatMap((azp) => [
      `aud [ours, our other], azp ${azp}`,
      `aud [ours, a project], azp ${azp}`,
    ]),
  ]);
  const pairs = audiences.flatMap(([aud, audClaim]) =>
    parties.map(([azp, azpClaim]) => [`aud ${aud}, azp ${azp}`, audClaim, azpClaim] as const),
  );

  it.each(pairs)('S23: with %s is judged by both', async (name, aud, azp) => {
    const claims = { ...alice, ...claimsOf(provider), azp, aud } as JWTPayload;

    const answer = await signIn({ idToken: await provider.sign(claims) });

    expect(answer.status).toBe(taken.has(name) ? 201 : 422);
  });

  it.each<[string, (server: OidcServer) => Promise<string>]>([
    ['S23: signed by another key', async (p) => signed(await ownKey(), { alg: 'RS256', kid }, p)],
    [
      'S23: changed after it was signed',
      async (p) => {
        const [header, , signature] = (await p.idToken(alice)).split('.');
        return [header, encode({ ...claimsOf(p), sub: 'b-1' }), signature].join('.');
      },
    ],
    ['S23: not signed', async (p) => `${encode({ alg: 'none' })}.${encode(claimsOf(p))}.`],
    [
      'S26: signed by the public key as a shared secret',
      async (p) =>
        signed(new TextEncoder().encode(await publicKeyText()), { alg: 'HS256', kid }, p),
    ],
    [
      'S30: that brings its own key',
      async (p) => {
        const pair = await generateKeyPair('RS256', { extractable: true });
        const jwk = await exportJWK(pair.publicKey);
        return signed(pair.privateKey, { alg: 'RS256', jwk }, p);
      },
    ],
    [
      'S30: that says where its key is',
      async (p) => {
        const jku = 'http://127.0.0.1:9/keys';
        return signed(await ownKey(), { alg: 'RS256', kid: 'own', jku, x5u: jku }, p);
      },
    ],
    ['that is no token', async () => 'abc'],
    ['of five parts', async () => 'a.b.c.d.e'],
    ['of 8192 characters', async () => `${'a'.repeat(8000)}.b.c`],
  ])('%s is refused', async (_what, forge) => {
    const answer = await signIn({ idToken: await forge(provider) });

    expect([answer.status, answer.body.code, answer.body.fields?.[0].field]).toEqual([
      422,
      'invalid',
      'idToken',
    ]);
  });

  it('is what such a provider takes, and nothing else', async () => {
    const none = await signIn({});
    const other = await signIn({ accessToken: 'abc' });
    const unknown = await signIn({ idToken: 'abc' }, 'nobody');

    expect([none.status, none.body.fields[0]]).toEqual([
      422,
      { field: 'idToken', message: 'is missing' },
    ]);
    expect([other.status, other.body.fields[0].field]).toEqual([422, 'accessToken']);
    expect(unknown.status).toBe(404);
  });
});

async function ownKey() {
  return (await generateKeyPair('RS256')).privateKey;
}

function claimsOf({ issuer, clientId }: OidcServer): JWTPayload {
  const at = Math.floor(Date.now() / 1000);
  return { ...alice, iss: issuer, aud: clientId, iat: at, exp: at + 600 };
}

function signed(
  key: Parameters<SignJWT['sign']>[0],
  header: JWTHeaderParameters,
  provider: OidcServer,
): Promise<string> {
  return new SignJWT(claimsOf(provider)).setProtectedHeader(header).sign(key);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
