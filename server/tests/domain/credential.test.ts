import { describe, expect, it } from 'vitest';
import {
  type AppToken,
  checkScope,
  credentialOf,
  ownCredential,
  type Scope,
} from '../../src/domain/credential.ts';

const byPassword = { app_password_id: null };
const byAppPassword = { app_password_id: 7 };

function appToken(...scopes: Scope[]): AppToken {
  return { kind: 'app-token', scopes, app: { id: 1, name: 'Dunes' } };
}

describe('the kind of a credential', () => {
  it('is what was shown, unless an app password opened the session', () => {
    const kinds = [byPassword, byAppPassword].map((session) =>
      (['session', 'legacy-token', 'signed-link', appToken('read')] as const).map(
        (shown) => credentialOf(session, shown).kind,
      ),
    );

    expect(kinds).toEqual([
      ['session', 'legacy-token', 'signed-link', 'app-token'],
      ['app-password', 'app-password', 'signed-link', 'app-token'],
    ]);
  });

  it('decides what the account’s own credentials may be used for', () => {
    const kinds = ['session', 'legacy-token', 'app-password', 'signed-link'] as const;

    expect(kinds.map((kind) => ownCredential(kind).scopes.join(' '))).toEqual([
      'read write push security admin',
      'read write push security admin',
      'read write push',
      'read',
    ]);
  });

  it('gives the token of an app no more than the app password has that opened its session', () => {
    const wide = appToken('read', 'write:posts', 'security', 'admin:accounts');

    expect(credentialOf(byPassword, wide)).toEqual(wide);
    expect(credentialOf(byAppPassword, wide)).toEqual({ ...wide, scopes: ['read', 'write:posts'] });
  });
});

describe('a scope', () => {
  const allowed: Array<[held: Scope, wanted: Scope]> = [
    ['read', 'read'],
    ['read', 'read:notifications'],
    ['read:notifications', 'read:notifications'],
  ];
  const refused: Array<[held: Scope, wanted: Scope]> = [
    ['read', 'write'],
    ['read:notifications', 'read'],
    ['read:notifications', 'read:posts'],
    ['write', 'security'],
  ];

  it.each(allowed)('%s covers %s', (held, wanted) => {
    expect(() => checkScope({ credential: appToken(held) }, wanted)).not.toThrow();
  });

  it.each(refused)('%s does not cover %s', (held, wanted) => {
    expect(() => checkScope({ credential: appToken(held) }, wanted)).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining(wanted) }),
    );
  });

  it('is missed in words that say what an app password cannot do', () => {
    const viewer = { credential: ownCredential('app-password') };

    expect(() => checkScope(viewer, 'security')).toThrow(/sign in with the password/);
  });
});
