import { createHmac, generateKeyPairSync } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, type Tokens, testServer } from '../../../support/server.ts';

type Row = [name: string, differences: { header?: object; claims?: Record<string, unknown> }];

/** None is a string of digits that an account could have. */
const oddSubjects: unknown[] = [
  '',
  '0',
  '01',
  '-1',
  '+1',
  '1.0',
  '1e0',
  ' 1',
  '1 ',
  '0x1',
  1,
  true,
  null,
  [],
  ['1'],
  {},
];

const secret = 'k3JbW9qZ7tR2yX5vN8mC4pL6hG1fD0sA';

describe('access tokens that are not ours', () => {
  let server: TestServer;
  let tokens: Tokens;

  beforeAll(async () => {
    server = await testServer({ environment: { SECRET_KEY: secret } });
    tokens = await server.tokens('alice');
  });

  afterAll(() => server.close());

  const me = (accessToken: string) =>
    server.send('GET', '/v2/me', { headers: { authorization: `Bearer ${accessToken}` } });
  const seconds = (fromNow: number) => Math.floor(server.clock.now().getTime() / 1000) + fromNow;
  const key = createHmac('sha256', secret).update('rookery access tokens').digest();

  /** A token that is right in all but what is given. */
  function forged({
    header = {},
    claims = {},
    signedWith = key,
  }: {
    header?: Partial<JWTHeaderParameters>;
    claims?: Record<string, unknown>;
    signedWith?: Parameters<SignJWT['sign']>[0];
  }) {
    const right = { iss: 'rookery', sub: '1', aud: 'v2', sid: tokens.sessionId };
    const times = { iat: seconds(0), exp: seconds(900) };
    return new SignJWT({ ...right, ...times, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header })
      .sign(signedWith, { crit: { odd: true } });
  }

  it('S26: are taken when all is right, which the following rest on', async () => {
    const answer = await me(await forged({}));

    expect(answer.body).toMatchObject({ username: 'alice' });
  });

  it('S26: are refused without a signature', async () => {
    const [, payload] = tokens.accessToken.split('.');
    const heads = ['none', 'None', 'NONE'].map((alg) => encoded({ alg, typ: 'at+jwt' }));
    const answers = await Promise.all(heads.map((head) => me(`${head}.${payload}.`)));
    const stripped = await me(tokens.accessToken.replace(/[^.]+$/, ''));

    expect([...answers, stripped].map((a) => a.body.code)).toEqual(Array(4).fill('bad_token'));
  });

  it('S26: are refused in any other algorithm', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = await forged({ header: { alg: 'RS256' }, signedWith: privateKey });
    const longKey = Buffer.concat([key, key]);
    const hs512 = await forged({ header: { alg: 'HS512' }, signedWith: longKey });
    const answers = await Promise.all([me(rsa), me(hs512)]);

    expect(answers.map((a) => a.body.code)).toEqual(['bad_token', 'bad_token']);
  });

  it.each([
    ['the secret itself', Buffer.from(secret)],
    ['the key of another purpose', createHmac('sha256', secret).update('rookery macs').digest()],
    ['nothing', Buffer.alloc(32)],
  ])('S26: are refused when signed with %s', async (_name, signedWith) => {
    const answer = await me(await forged({ signedWith }));

    expect(answer.body).toMatchObject({ status: 401, code: 'bad_token' });
  });

  it.each<Row>([
    ['another type', { header: { typ: 'JWT' } }],
    ['another issuer', { claims: { iss: 'elsewhere' } }],
    ['another audience', { claims: { aud: 'elsewhere' } }],
    ['several audiences', { claims: { aud: ['v2', 'elsewhere'] } }],
    ['no session', { claims: { sid: undefined } }],
    ['a session as text', { claims: { sid: '1' } }],
    ['no end', { claims: { exp: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ...oddSubjects.map((sub): Row => [`the subject ${JSON.stringify(sub)}`, { claims: { sub } }]),
    ...['alice', '١', '2147483648', '99999999999999999999', '1'.repeat(400)].map(
      (sub): Row => [`the subject ${sub.slice(0, 24)}`, { claims: { sub } }],
    ),
    ...[0, -1, 1.5, 2 ** 53, 1e300].map((sid): Row => [`the session ${sid}`, { claims: { sid } }]),
    ['an end after the end of time', { claims: { exp: 1e300 } }],
    ['an extension that must be understood', { header: { crit: ['odd'], odd: true } }],
  ])('S27: are refused with %s', async (_name, differences) => {
    const answer = await me(await forged(differences));

    expect(answer.body).toMatchObject({ status: 401, code: 'bad_token' });
  });

  it('S27: do not open the session of somebody else', async () => {
    const { sessionId } = await server.tokens('bob');
    const answer = await me(await forged({ claims: { sid: sessionId } }));

    expect(answer.body.code).toBe('revoked_token');
  });

  it('S29: are refused before their time', async () => {
    const notBefore = await me(await forged({ claims: { nbf: seconds(61) } }));
    const issuedLater = await me(await forged({ claims: { iat: seconds(61) } }));

    expect([notBefore.body.code, issuedLater.body.code]).toEqual(['bad_token', 'bad_token']);
  });

  it.each(['kid', 'jku', 'x5u'])('S30: never say where their key is: %s', async (name) => {
    const header = { [name]: 'http://127.0.0.1:1/keys' };
    const own = await me(await forged({ header, signedWith: Buffer.alloc(32, 1) }));

    expect(own.body.code).toBe('bad_token');
  });

  it('S30: never bring their key along', async () => {
    const ownKey = Buffer.alloc(32, 1);
    const jwk = { kty: 'oct', k: ownKey.toString('base64url') };
    const answer = await me(await forged({ header: { jwk }, signedWith: ownKey }));

    expect(answer.body.code).toBe('bad_token');
  });

  it('S39: are not read from the address', async () => {
    const { accessToken } = tokens;
    const query = `access_token=${accessToken}&token=${accessToken}`;
    const answer = await server.send('GET', `/v2/me?${query}`);

    expect(answer.body).toMatchObject({ status: 401, code: 'no_token' });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'bearer', 'Token a', 'Bearer '])(
    'S38: are not found in %j',
    async (authorization) => {
      const answer = await server.send('GET', '/v2/me', { headers: { authorization } });

      expect(answer.body).toMatchObject({ status: 401, code: 'bad_token' });
      expect(answer.headers['www-authenticate']).toBe('Bearer error="bad_token"');
    },
  );
});

describe('tokens of older contracts that are not as we make them', () => {
  let server: TestServer;
  let sessionId: number;

  beforeAll(async () => {
    server = await testServer({ environment: { SECRET_KEY: secret }, contracts: 'all' });
    const body = { email: 'alice@example.com', name: 'Alice', password: 'dunes', profile: '' };
    await server.send('POST', '/compat/mini-sns/sign-up', { body });
    await server.send('POST', '/compat/mini-sns/login', { body });
    const row = await server.app.database.selectFrom('sessions').select('id').executeTakeFirst();
    sessionId = row?.id ?? 0;
  });

  afterAll(() => server.close());

  const key = createHmac('sha256', secret).update('rookery plain tokens').digest();

  async function timelineBy(claims: Record<string, unknown>) {
    const iat = Math.floor(server.clock.now().getTime() / 1000);
    const right = { aud: 'mini-sns', sid: sessionId, acc: 1, user_id: 1, iat, exp: iat + 900 };
    const token = await new SignJWT({ ...right, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(key);
    const headers = { authorization: token };
    return (await server.send('GET', '/compat/mini-sns/timeline', { headers })).status;
  }

  it('are taken when all is right, which the following rest on', async () => {
    expect(await timelineBy({})).toBe(200);
  });

  it.each([
    ...[0, -1, 1.5, 2 ** 53, 1e300, '1', null, [1], {}].flatMap((id) => [{ sid: id }, { acc: id }]),
    { acc: 2 ** 31 },
    { exp: 1e300 },
    { iat: 1e300 },
    { iat: -1 },
  ])('are not valid with %j', async (claims) => {
    expect(await timelineBy(claims)).toBe(401);
  });
});

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
