import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { insertIgnore } from '../../../../src/db/dialects.ts';
import { operator } from '../../../../src/domain/authority.ts';
import { changeAccount } from '../../../support/given.ts';
import {
  type After,
  issued,
  newestMail,
  type Probe,
  signInContext,
  type World,
} from '../../../support/issued.ts';
import { type Mailed, mailed } from '../../../support/mailed.ts';
import { type OidcServer, oidcServer } from '../../../support/oidc-server.ts';
import { aPasskey, aTotp, authenticatorApp } from '../../../support/second-factor.ts';
import { passwords } from '../../../support/server.ts';
import { tokenIn } from '../../../support/smtp.ts';

/** Each test makes everything that can be handed out, on a machine that may be busy. */
const slow = { timeout: 90_000 };

const newPassword = 'a short swim at dawn';

type Ending = {
  /** What happens; gives her password afterwards, null where she has none. */
  act(world: World): Promise<string | null>;
  /** Whether she has not shown yet that she reads mail at her address; default: she has. */
  isUnproved?: boolean;
  /** Whether she has no authenticator app; default: she has one. */
  hasNoTotp?: boolean;
  isGone?: boolean;
};

/** All that ends something, by the letter of its column below. */
const endings: Record<string, [name: string, ending: Ending]> = {
  P: ['the password is changed', { act: changePassword }],
  R: ['the password is recovered', { act: (world) => recover(world, {}) }],
  N: [
    'the password is recovered, and new logins removed',
    { act: (world) => recover(world, { removeNewLogins: true }) },
  ],
  F: ['the first proof is a recovery', { act: (world) => recover(world, {}), isUnproved: true }],
  A: [
    'an admin forces a new password',
    { act: (world) => change(world, { forceReset: true }, null) },
  ],
  O: ['the operator gives another password', { act: setPassword }],
  D: ['an admin disables the account, and enables it', { act: disable }],
  C: ['the owner closes the account', { act: close, isGone: true }],
  X: ['an admin deletes the account', { act: remove, isGone: true }],
  T: ['a second factor is set up', { act: setUpTotp, hasNoTotp: true }],
  t: ['the second factor is removed', { act: removeTotp }],
  K: ['a passkey is added', { act: addPasskey }],
  I: ['an identity is linked', { act: linkIdentity }],
  E: ['another e-mail is confirmed', { act: changeEmail }],
  L: ['the account loses its role', { act: (world) => change(world, { role: 'user' }) }],
  S: ['the session is ended from another one', { act: endSession }],
};

/** `x`: it ends; `.`: it stays. docs/decisions/0024 says why. */
const columns = /*                    */ 'PRNFAODCXTtKIELS';
const table: Record<string, string> = {
  'a session': /*                        */ 'xxxxxxxxxx....xx',
  'its refresh token': /*                */ 'xxxxxxxxxx....xx',
  'a live event stream of it': /*        */ 'xxxxxxxxxx....xx',
  'a signed link of it': /*              */ 'xxxxxxxxxx....xx',
  'pushes to its device': /*             */ 'xxxxxxxxxx....xx',
  'a token of an older contract': /*     */ 'xxxxxxxxxx....x.',
  'a session of an app password': /*     */ 'xxxxxxxxxx....x.',
  'an app password': /*                  */ 'xxxxxx.xx.......',
  'a linked identity': /*                */ '..xxxx.xx.......',
  'a passkey': /*                        */ '..xxxx.xx.......',
  'a recovery link': /*                  */ 'xxxxxxxxxxxxxxx.',
  'the challenge of a second factor': /* */ 'xxxxxxxxxxxxxxx.',
  'the challenge that proves the owner': 'xxxxxxxxxxxxxxxx',
  'the state of linking an identity': /* */ 'xxxxxxxxxxxxxxxx',
  'the code for a phone': /*             */ '.xxxxxxxx.....x.',
  'an invite': /*                        */ '.xxxxxxxx.....x.',
  'the link of another e-mail': /*       */ 'xxxxxxxxxxxxxxxx',
  'the challenge of a new passkey': /*   */ 'xxxxxxxxxxxxxxxx',
};

/** Ids of the most digits that there can be. */
async function giveLongIds({ app: { database } }: Mailed['server']): Promise<void> {
  const names = ['sessions', 'verifications', 'passkeys', 'app_passwords', 'identities', 'devices'];
  await database.transaction(async (tx) => {
    for (const name of names) await insertIgnore(tx, 'id_ranges', { name, next_id: 2 ** 52 + 7 });
  });
}

describe('the table', () => {
  it('is all in the table', () => {
    expect(Object.keys(issued).sort()).toEqual(Object.keys(table).sort());
    expect(Object.keys(endings).join('')).toBe(columns);
  });
});

describe('what was handed out', () => {
  let provider: OidcServer;
  let rig: Mailed;

  beforeAll(async () => {
    provider = await oidcServer();
  });

  afterEach(() => rig.close());

  afterAll(() => provider.close());

  async function aWorld({ isUnproved, hasNoTotp }: Ending): Promise<World> {
    rig = await mailed({
      environment: {
        // Where the passkeys are of.
        PUBLIC_URL: 'http://localhost:3000',
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: provider.clientId,
        OIDC_CLIENT_SECRET: provider.clientSecret,
        IDENTITY_REDIRECT_URIS: provider.redirectUri,
      },
    });
    const { server } = rig;
    await giveLongIds(server);
    // The provider has no other clock.
    server.clock.advance(Date.now() - server.clock.now().getTime());
    await rig.signUp('alice');
    if (!isUnproved) await confirmEmail(await newestMail(rig, /^Confirm/));
    server.clock.advance(1000);
    const aliceId = await changeAccount(server, 'alice', { role: 'moderator' });
    const totp = hasNoTotp ? null : await aTotp(server, 'alice');
    const passkey = await aPasskey(server, 'alice');
    const { sessions } = server.app.services;
    const borrowed = await sessions.open(aliceId, { by: 'passkey' }, signInContext('v2'));
    return { rig, provider, aliceId, borrowed, passkey, totp };
  }

  const confirmEmail = (mail: Parameters<typeof tokenIn>[0]) =>
    rig.server.send('POST', '/v2/email-verifications/confirm', { body: { token: tokenIn(mail) } });

  const endOthers = ['the link of another e-mail', 'the challenge of a new passkey'];
  const others = Object.keys(issued).filter((name) => !endOthers.includes(name));

  // To use one of these ends what waits, as the table says: each is tried alone.
  it.each([[others], ...endOthers.map((name) => [[name]])])(
    'works while nothing happens: %s',
    slow,
    async (names) => {
      const world = await aWorld({ act: async () => null });
      const probes: Record<string, Probe> = {};
      for (const [name, issue] of Object.entries(issued)) probes[name] = await issue(world);
      const { sessions } = rig.server.app.services;
      const opened = await sessions.open(world.aliceId, { by: 'passkey' }, signInContext('v2'));

      for (const name of names) {
        const works = await probes[name]?.({
          token: opened.accessToken,
          password: passwords.alice,
        });
        expect([name, works]).toEqual([name, true]);
      }
    },
  );

  const cases = Object.entries(endings).map(([letter, [name, ending]]) => ({
    letter,
    name,
    ending,
  }));

  it.each(cases)('ends or stays when $name', slow, async ({ letter, ending }) => {
    const world = await aWorld(ending);
    const probes = [];
    for (const [name, issue] of Object.entries(issued)) {
      probes.push([name, await issue(world)] as const);
    }

    const password = await ending.act(world);

    const { sessions } = rig.server.app.services;
    const opened = ending.isGone
      ? null
      : await sessions.open(world.aliceId, { by: 'passkey' }, signInContext('v2'));
    const after: After = { token: opened?.accessToken ?? null, password };
    const found: Record<string, string> = {};
    for (const [name, works] of probes) found[name] = (await works(after)) ? '.' : 'x';
    const at = columns.indexOf(letter);
    expect(found).toEqual(
      Object.fromEntries(Object.entries(table).map(([name, cells]) => [name, cells[at]])),
    );
  });

  /** That link was sent to the owner alone, and gives nobody a way in. */
  const ofFirstLink: Record<string, 'x' | '.'> = {
    P: '.',
    A: '.',
    O: '.',
    D: '.',
    C: 'x',
    X: 'x',
    T: '.',
    L: '.',
  };

  it.each(Object.entries(ofFirstLink))(
    '%s: the link that confirms the first address: %s',
    async (letter, expected) => {
      const [, ending] = endings[letter] ?? [];
      if (!ending) throw new Error(letter);
      const world = await aWorld({ ...ending, isUnproved: true, hasNoTotp: true });
      const mail = await newestMail(rig, /^Confirm/);

      await ending.act(world);

      const { status } = await confirmEmail(mail);
      expect(status).toBe(expected === '.' ? 204 : 410);
    },
  );

  // Apart from the others, since no account has it together with an authenticator that was confirmed.
  it.each('PRNFAODTKIELS'.split('').map((letter) => [letter, letter === 'S' ? '.' : 'x']))(
    '%s: the key of an authenticator that nobody has confirmed: %s',
    slow,
    async (letter, expected) => {
      const [, ending] = endings[letter ?? ''] ?? [];
      if (!ending) throw new Error(letter);
      const world = await aWorld({ ...ending, hasNoTotp: true });
      const { server } = rig;
      const asked = { as: 'alice', body: { password: passwords.alice } } as const;
      const begun = await server.send('POST', '/v2/me/totp', asked);
      const code = authenticatorApp(server, begun.body.secret);

      await ending.act(world);

      const { sessions } = server.app.services;
      const { accessToken } = await sessions.open(
        world.aliceId,
        { by: 'passkey' },
        signInContext('v2'),
      );
      const headers = { authorization: `Bearer ${accessToken}` };
      const path = '/v2/me/totp/confirm';
      const { status } = await server.send('POST', path, { headers, body: { code: code() } });
      expect(status).toBe(expected === '.' ? 200 : 409);
    },
  );

  it('S32: a link of a disabled account is refused, and works again where it may', async () => {
    const world = await aWorld({ act: disable, isUnproved: true });
    const mail = await newestMail(rig, /^Confirm/);
    await change(world, { disabled: true });

    const meanwhile = await confirmEmail(mail);
    await change(world, { disabled: false });
    const after = await confirmEmail(mail);

    expect([meanwhile.status, meanwhile.body.code, after.status]).toEqual([410, 'gone', 204]);
  });
});

async function changePassword({ rig }: World): Promise<string> {
  const body = { oldPassword: passwords.alice, newPassword };
  await must(rig.server.send('PUT', '/v2/me/password', { as: 'alice', body }));
  return newPassword;
}

async function recover({ rig }: World, more: object): Promise<string> {
  const body = { email: 'alice@example.com' };
  await must(rig.server.send('POST', '/v2/password-recoveries', { body }));
  const token = tokenIn(await newestMail(rig, /^Choose a new password/));
  const choice = { token, password: newPassword, ...more };
  await must(rig.server.send('POST', '/v2/password-recoveries/confirm', { body: choice }));
  return newPassword;
}

async function change(
  { rig }: World,
  to: Parameters<typeof changeAccount>[2],
  password: string | null = passwords.alice,
): Promise<string | null> {
  await changeAccount(rig.server, 'alice', to);
  return password;
}

async function setPassword({ rig, aliceId }: World): Promise<string> {
  await rig.server.app.services.accountAdmin.setPassword(operator, aliceId, newPassword);
  return newPassword;
}

async function disable(world: World): Promise<string | null> {
  await change(world, { disabled: true });
  return change(world, { disabled: false });
}

async function close({ rig }: World): Promise<null> {
  const body = { password: passwords.alice };
  await must(rig.server.send('DELETE', '/v2/me', { as: 'alice', body }));
  return null;
}

async function remove({ rig, aliceId }: World): Promise<null> {
  await rig.server.app.services.accountAdmin.remove(operator, aliceId);
  return null;
}

async function setUpTotp({ rig }: World): Promise<string> {
  await aTotp(rig.server, 'alice');
  return passwords.alice;
}

async function removeTotp({ rig, totp }: World): Promise<string> {
  const body = { password: passwords.alice, code: totp?.code() };
  await must(rig.server.send('DELETE', '/v2/me/totp', { as: 'alice', body }));
  return passwords.alice;
}

async function addPasskey({ rig }: World): Promise<string> {
  await aPasskey(rig.server, 'alice');
  return passwords.alice;
}

async function linkIdentity({ rig, provider }: World): Promise<string> {
  const link = { provider: 'oidc', idToken: await provider.idToken({ sub: 'alice-anew' }) };
  const body = { ...link, password: passwords.alice };
  await must(rig.server.send('POST', '/v2/me/identities', { as: 'alice', body }));
  return passwords.alice;
}

async function changeEmail({ rig }: World): Promise<string> {
  const email = 'new@example.org';
  const body = { email, password: passwords.alice };
  await must(rig.server.send('POST', '/v2/me/email', { as: 'alice', body }));
  const token = tokenIn(await newestMail(rig, /^Confirm/, email));
  await must(rig.server.send('POST', '/v2/email-verifications/confirm', { body: { token } }));
  return passwords.alice;
}

async function endSession({ rig, borrowed }: World): Promise<string> {
  await must(rig.server.send('DELETE', `/v2/sessions/${borrowed.sessionId}`, { as: 'alice' }));
  return passwords.alice;
}

async function must(sent: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await sent;
  if (status >= 300) throw new Error(JSON.stringify(body));
}
