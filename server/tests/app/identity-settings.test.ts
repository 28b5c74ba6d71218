import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'rookery-test-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true }));

const read = (settings: Record<string, string>) => readConfig({ DATA_DIR, ...settings }).identity;

const redirect = (address: string) => ({ IDENTITY_REDIRECT_URIS: address });

describe('the settings of identity providers', () => {
  it('offer none by default', () => {
    expect(read({})).toEqual({ google: null, facebook: null, oidc: null, redirectUris: [] });
  });

  it('know where Google and Facebook are', () => {
    const identity = read({
      GOOGLE_CLIENT_ID: 'web.apps.example, phone.apps.example',
      FACEBOOK_APP_ID: '1234567890',
      FACEBOOK_APP_SECRET: 'secret',
    });

    expect(identity).toMatchObject({
      google: {
        issuer: 'https://accounts.google.com',
        clientIds: ['web.apps.example', 'phone.apps.example'],
        clientSecret: null,
      },
      facebook: { appId: '1234567890', graphUrl: 'https://graph.facebook.com' },
    });
  });

  it.each([
    'https://app.example.com/signed-in',
    'http://127.0.0.1:5173/signed-in',
    'http://localhost:5173/',
    'com.example.app:/signed-in',
  ])('S53: let browsers come back to %s', (address) => {
    expect(read(redirect(address)).redirectUris).toEqual([address]);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,hello',
    'file:///etc/passwd',
    'vbscript:x',
    'myapp:/signed-in',
    'http://app.example.com/',
    'https://app.example.com/#signed-in',
    '/signed-in',
  ])('S54: refuse to send browsers to %s', (address) => {
    expect(() => read(redirect(address))).toThrow('where browsers must not be sent');
  });

  it.each([
    'https://app.example.com/signed-in',
    'com.example.app:/signed-in',
    'capacitor://localhost/signed-in',
    'ionic://localhost/signed-in',
    'tauri://localhost/signed-in',
    'exp://192.168.1.5:8081/--/signed-in',
    'http://127.0.0.1:3001/signed-in',
  ])('let browsers be sent back to %s', (address) => {
    expect(read({ IDENTITY_REDIRECT_URIS: address }).redirectUris).toEqual([address]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://app.example.com/signed-in',
    'capacitor:signed-in',
    'capacitor:///signed-in',
    'myapp://signed-in',
    'tauri://localhost/#signed-in',
  ])('do not let browsers be sent back to %s', (address) => {
    expect(() => read({ IDENTITY_REDIRECT_URIS: address })).toThrow('browsers must not be sent');
  });

  it.each([
    [{ GOOGLE_CLIENT_SECRET: 's' }, 'GOOGLE_CLIENT_ID is not'],
    [{ FACEBOOK_APP_ID: '1' }, 'FACEBOOK_APP_ID and FACEBOOK_APP_SECRET need each other'],
    [{ FACEBOOK_APP_SECRET: '1' }, 'FACEBOOK_APP_ID and FACEBOOK_APP_SECRET need each other'],
    [{ OIDC_ISSUER: 'https://id.example.com' }, 'OIDC_ISSUER and OIDC_CLIENT_ID need each other'],
    [{ OIDC_CLIENT_ID: 'a' }, 'OIDC_ISSUER and OIDC_CLIENT_ID need each other'],
    [{ OIDC_NAME: 'google' }, 'is the name of another provider'],
    [{ OIDC_NAME: 'A B' }, 'OIDC_NAME must match'],
    [{ OIDC_ISSUER: 'http://id.example.com', OIDC_CLIENT_ID: 'a' }, 'is not safe. Use https'],
    [{ GOOGLE_ISSUER: 'http://10.0.0.1' }, 'is not safe. Use https'],
    [{ FACEBOOK_GRAPH_URL: 'http://127.0.0.1.evil.example' }, 'is not safe. Use https'],
    [{ FACEBOOK_GRAPH_URL: 'ftp://graph.facebook.com' }, 'FACEBOOK_GRAPH_URL must match'],
  ])('are refused when they do not fit together: %j', (settings, message) => {
    expect(() => read(settings)).toThrow(message);
  });
});
