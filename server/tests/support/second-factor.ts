import { stepOf, totpCode } from '../../src/domain/second-factors/totp.ts';
import { softAuthenticator } from './authenticator.ts';
import { type Answer, type Person, passwords, type TestServer } from './server.ts';

/** The code that an app shows now, or so many steps of 30 seconds later. */
export type ShownCode = (later?: number) => string;

/** An authenticator app that was given a secret. */
export function authenticatorApp({ clock }: Pick<TestServer, 'clock'>, secret: string): ShownCode {
  const key = fromBase32(secret);
  return (later = 0) => totpCode(key, stepOf(clock.now()) + later);
}

/** Sets an authenticator app up. A minute passes, so that its next code is a new one. */
export async function aTotp(
  server: TestServer,
  as: Person,
): Promise<{ recoveryCodes: string[]; code: ShownCode }> {
  const password = passwords[as];
  const begun = await server.send('POST', '/v2/me/totp', { as, body: { password } });
  const code = authenticatorApp(server, begun.body.secret);
  const confirmed = await server.send('POST', '/v2/me/totp/confirm', {
    as,
    body: { code: code() },
  });
  if (confirmed.status !== 200) throw new Error(JSON.stringify([begun.body, confirmed.body]));
  server.clock.advance(60_000);
  return { recoveryCodes: confirmed.body.recoveryCodes, code };
}

/** Registers a passkey in a new authenticator. */
export async function aPasskey(
  server: TestServer,
  as: Person,
  attestation: 'packed' | 'none' = 'packed',
) {
  const authenticator = softAuthenticator(attestation);
  const options = await server.send('POST', '/v2/me/passkeys/options', { as });
  const response = authenticator.create(options.body);
  const body = { name: 'My phone', response, password: passwords[as] };
  const added = await server.send('POST', '/v2/me/passkeys', { as, body });
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  return { ...authenticator, passkeyId: Number(added.body.id) };
}

/** Signs in by the password, or what stands in its place. */
export function logIn(server: TestServer, person: Person, password?: string): Promise<Answer> {
  const body = { login: person, password: password ?? passwords[person] };
  return server.send('POST', '/v2/sessions', { body });
}

/** The challenge that the first step of signing in answers with. */
export async function aChallenge(server: TestServer, person: Person): Promise<string> {
  const { body } = await logIn(server, person);
  if (!body.challenge) throw new Error(`No challenge: ${JSON.stringify(body)}`);
  return body.challenge.token;
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text)
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
