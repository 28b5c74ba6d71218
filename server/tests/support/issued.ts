import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventsTarget } from '../../src/contracts/v2/signed-links.ts';
import { appToken } from '../../src/domain/devices/device.ts';
import { listPushTargets } from '../../src/domain/devices/device-store.ts';
import type { SignInContext } from '../../src/domain/sessions/session.ts';
import { softAuthenticator } from './authenticator.ts';
import type { Mailed } from './mailed.ts';
import type { OidcServer } from './oidc-server.ts';
import { aChallenge, logIn, type ShownCode } from './second-factor.ts';
import { type Answer, passwords, type Tokens } from './server.ts';
import { tokenIn } from './smtp.ts';

/** Alice with all that can be handed out, in two sessions: her own (`as: 'alice'`) and one on a phone that was borrowed. */
export type World = {
  rig: Mailed;
  provider: OidcServer;
  aliceId: number;
  borrowed: Tokens;
  passkey: ReturnType<typeof softAuthenticator>;
  /** Null where she has no authenticator app. */
  totp: { code: ShownCode } | null;
};

/** What is true once something has happened: a session that was opened after it, and her password; null: there is none. */
export type After = { token: string | null; password: string | null };

/** Whether what was handed out still works. */
export type Probe = (after: After) => Promise<boolean>;

/** How each thing is handed out, in the order in which they are tried afterwards: using one up must not end the next. */
export const issued: Record<string, (world: World) => Promise<Probe>> = {
  async 'a session'({ rig, borrowed }) {
    return async () => (await rig.server.send('GET', '/v2/me', bearer(borrowed))).status === 200;
  },

  async 'its refresh token'({ rig, borrowed: { refreshToken } }) {
    return async () => {
      const body = { refreshToken };
      return (await rig.server.send('POST', '/v2/sessions/refresh', { body })).status === 200;
    };
  },

  async 'a live event stream of it'({ rig, borrowed }) {
    const { sessions, live } = rig.server.app.services;
    let isOpen = true;
    const viewer = await sessions.resolve(borrowed.accessToken, 'v2');
    const listener = { tell() {}, heartbeat() {}, end: () => void (isOpen = false) };
    await live.open(viewer, null, listener);
    return async () => {
      await aTickOf(rig);
      return isOpen;
    };
  },

  async 'a signed link of it'({ rig, borrowed }) {
    const { sessions, signedLinks } = rig.server.app.services;
    const viewer = await sessions.resolve(borrowed.accessToken, 'v2');
    const { signature } = signedLinks.sign(viewer, eventsTarget);
    return () => signedLinks.resolve(signature, eventsTarget, 'v2').then(yes, no);
  },

  async 'pushes to its device'({ rig, borrowed, aliceId }) {
    const body = { type: 'android', token: appToken('a-token-of-fcm').text };
    await rig.server.send('PUT', '/v2/me/devices/phone', { ...bearer(borrowed), body });
    return async () => (await listPushTargets(rig.server.app.database, aliceId)).length === 1;
  },

  async 'a token of an older contract'({ rig, aliceId }) {
    const { sessions, legacyTokens } = rig.server.app.services;
    const session = await sessions.openPlain(aliceId, { by: 'passkey' }, signInContext('mini-sns'));
    const token = await legacyTokens.issue(session, { user_id: aliceId });
    return () => legacyTokens.resolve(token, 'mini-sns').then(yes, no);
  },

  async 'a session of an app password'(world) {
    const password = await anAppPassword(world);
    const { body } = await logIn(world.rig.server, 'alice', password);
    return async () => (await world.rig.server.send('GET', '/v2/me', bearer(body))).status === 200;
  },

  async 'an app password'(world) {
    const password = await anAppPassword(world);
    return async () => (await logIn(world.rig.server, 'alice', password)).status === 201;
  },

  async 'a linked identity'({ rig, provider, aliceId }) {
    const sub = 'alice-elsewhere';
    const link = { provider: 'oidc', idToken: await provider.idToken({ sub }) };
    const body = { ...link, password: passwords.alice };
    await rig.server.send('POST', '/v2/me/identities', { as: 'alice', body });
    return async () => {
      const idToken = await provider.idToken({ sub });
      const path = '/v2/identity-providers/oidc/sign-in';
      const answer = await rig.server.send('POST', path, { body: { idToken } });
      if (answer.body.code === 'second_factor_required') return true;
      if (answer.status !== 201) return false;
      const me = await rig.server.send('GET', '/v2/me', bearer(answer.body));
      return me.body.id === aliceId;
    };
  },

  async 'a passkey'({ rig, passkey }) {
    return async () => {
      const options = await rig.server.send('POST', '/v2/sessions/passkey/options');
      const body = { response: passkey.get(options.body) };
      return (await rig.server.send('POST', '/v2/sessions/passkey', { body })).status === 201;
    };
  },

  async 'a recovery link'({ rig }) {
    await rig.server.send('POST', '/v2/password-recoveries', {
      body: { email: 'alice@example.com' },
    });
    const token = tokenIn(await newestMail(rig, /^Choose a new password/));
    // Too short: it is refused for that while the link works.
    const body = { token, password: 'short' };
    return async () =>
      (await rig.server.send('POST', '/v2/password-recoveries/confirm', { body })).status === 422;
  },

  async 'the challenge of a second factor'({ rig, totp }) {
    if (!totp) return async () => false;
    const challenge = await aChallenge(rig.server, 'alice');
    const body = { challenge, code: '000000' };
    return async () =>
      (await rig.server.send('POST', '/v2/sessions/second-factor', { body })).status === 422;
  },

  async 'the challenge that proves the owner'({ rig, borrowed, passkey }) {
    const path = '/v2/me/owner-check/options';
    const options = await rig.server.send('POST', path, bearer(borrowed));
    return async () => {
      const body = { name: 'Old client', passkey: passkey.get(options.body) };
      const sent = { ...bearer(borrowed), body };
      return isCreated(await rig.server.send('POST', '/v2/me/app-passwords', sent));
    };
  },

  async 'the state of linking an identity'({ rig, provider, borrowed }) {
    const path = '/v2/identity-providers/oidc/authorizations';
    const asked = { redirectUri: provider.redirectUri, link: true };
    const begun = await rig.server.send('POST', path, { ...bearer(borrowed), body: asked });
    provider.know({ sub: 'alice-by-browser' });
    const end = await provider.signIn(begun.body.authorizationUrl, 'alice-by-browser');
    const { state, code, iss } = Object.fromEntries(end.searchParams);
    return async ({ token, password }) => {
      const body = { provider: 'oidc', state, code, iss, ...proofOf(password) };
      return isCreated(
        await rig.server.send('POST', '/v2/me/identities', { ...tokenOf(token), body }),
      );
    };
  },

  async 'the code for a phone'({ rig, borrowed }) {
    const asked = { phone: '+598 98 765 432' };
    await rig.server.send('POST', '/v2/me/phone', { ...bearer(borrowed), body: asked });
    const code = await newestText(rig);
    return async ({ token }) => {
      const sent = { ...tokenOf(token), body: { code } };
      return (await rig.server.send('POST', '/v2/me/phone/confirm', sent)).status === 200;
    };
  },

  async 'an invite'({ rig, borrowed }) {
    const made = await rig.server.send('POST', '/v2/invites', { ...bearer(borrowed), body: {} });
    const body = { username: 'user-7', password: passwords.bob, invite: made.body.token };
    return async () => isCreated(await rig.server.send('POST', '/v2/accounts', { body }));
  },

  async 'the link of another e-mail'({ rig, borrowed }) {
    const body = { email: 'other@example.org', password: passwords.alice };
    await rig.server.send('POST', '/v2/me/email', { ...bearer(borrowed), body });
    const token = tokenIn(await newestMail(rig, /^Confirm your e-mail/, 'other@example.org'));
    const path = '/v2/email-verifications/confirm';
    return async () => {
      const answer = await rig.server.send('POST', path, { body: { token } });
      if (answer.status !== 204 && answer.status !== 410) throw new Error(String(answer.status));
      return answer.status === 204;
    };
  },

  async 'the challenge of a new passkey'({ rig, borrowed }) {
    const options = await rig.server.send('POST', '/v2/me/passkeys/options', bearer(borrowed));
    const response = softAuthenticator().create(options.body);
    return async ({ token, password }) => {
      const body = { name: 'Another', response, ...proofOf(password) };
      return isCreated(
        await rig.server.send('POST', '/v2/me/passkeys', { ...tokenOf(token), body }),
      );
    };
  },
};

export function signInContext(
  audience: string,
): Required<Omit<SignInContext, 'lifeMs'>> & SignInContext {
  return { audience, device: { name: 'A phone', address: '127.0.0.1' } };
}

/** The newest mail to an address whose subject is like this. */
export async function newestMail(rig: Mailed, subject: RegExp, to = 'alice@example.com') {
  await rig.server.work();
  const mail = rig.smtp.received.findLast(
    (it) => it.envelopeTo.includes(to) && subject.test(it.subject ?? ''),
  );
  if (!mail) throw new Error(`${to} got no mail like ${subject.source}.`);
  return mail;
}

async function newestText({ server }: Mailed): Promise<string> {
  await server.work();
  const folder = join(server.dataDir, 'sms');
  const [name = ''] = (await readdir(folder)).toSorted().reverse();
  const { text } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { text: string };
  return /\d{6}/.exec(text)?.[0] ?? '';
}

async function anAppPassword({ rig }: World): Promise<string> {
  const body = { name: 'Old client', password: passwords.alice };
  return (await rig.server.send('POST', '/v2/me/app-passwords', { as: 'alice', body })).body
    .password;
}

/** Every open stream has been looked at once when one ends that was opened last, for its session is over. */
async function aTickOf({ server }: Mailed): Promise<void> {
  const { sessions, live } = server.app.services;
  const { accessToken } = await server.tokens('carla');
  server.forget('carla');
  const viewer = await sessions.resolve(accessToken, 'v2');
  const ended = new Promise<void>((end) => {
    void live.open(viewer, null, { tell() {}, heartbeat() {}, end });
  });
  await sessions.end(viewer, viewer.sessionId, '127.0.0.1');
  await ended;
}

function bearer({ accessToken }: { accessToken: string }) {
  return tokenOf(accessToken);
}

function tokenOf(token: string | null) {
  return { headers: { authorization: `Bearer ${token ?? 'none'}` } };
}

function proofOf(password: string | null) {
  return password === null ? {} : { password };
}

function isCreated({ status }: Answer): boolean {
  return status === 201;
}

const yes = () => true;
const no = () => false;
