import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/app/config.ts';
import { newVapidKeys } from '../../src/app/vapid-keys.ts';
import { command } from '../support/command.ts';
import { fcmServer, serviceAccount } from '../support/fcm.ts';

const { publicKey, privateKey } = newVapidKeys();
const keys = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
const account = serviceAccount('https://oauth2.googleapis.com/token');

describe('the settings of pushes', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rookery-config-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true }));

  function pushOf(environment: Record<string, string>) {
    return readConfig({ DATA_DIR: dataDir, ...environment }).push;
  }

  function problemsOf(environment: Record<string, string>): readonly string[] {
    try {
      pushOf(environment);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  it('need not be there', () => {
    expect(pushOf({})).toEqual({ fcm: null, webPush: null });
  });

  it('read the service account from the file that Firebase hands out', () => {
    const file = join(dataDir, 'account.json');
    writeFileSync(file, account);

    expect(pushOf({ FCM_SERVICE_ACCOUNT_FILE: file }).fcm).toMatchObject({
      baseUrl: 'https://fcm.googleapis.com',
      account: { projectId: 'photos-1', tokenUrl: 'https://oauth2.googleapis.com/token' },
    });
  });

  it('take both keys of VAPID, and the public address for whom to write to', () => {
    const { webPush } = pushOf({
      ...keys,
      PUBLIC_URL: 'https://photos.example.com',
      WEB_PUSH_HOSTS: 'Push.internal:8443, [::1]:8443',
    });

    expect(webPush).toEqual({
      vapid: { publicKey, privateKey, subject: 'https://photos.example.com' },
      privateHosts: ['push.internal:8443', '[::1]:8443'],
    });
  });

  it.each([
    ['no JSON', { FCM_SERVICE_ACCOUNT: 'AAAAold' }, 'It lacks project_id, client_email'],
    ['null', { FCM_SERVICE_ACCOUNT: 'null' }, 'is no key of a service account'],
    [
      'an account whose key is cut short',
      {
        FCM_SERVICE_ACCOUNT: JSON.stringify({
          ...JSON.parse(account),
          private_key: '-----BEGIN PRIVATE KEY-----\n',
        }),
      },
      'has a private_key that cannot be read',
    ],
    ['half of the keys', { VAPID_PUBLIC_KEY: publicKey }, 'VAPID_PRIVATE_KEY is not'],
    ['the other half', { VAPID_PRIVATE_KEY: privateKey }, 'VAPID_PUBLIC_KEY is not'],
    ['keys of two pairs', { ...keys, VAPID_PUBLIC_KEY: newVapidKeys().publicKey }, 'do not match'],
    ['nobody to write to', keys, 'VAPID_SUBJECT is required'],
    ['an address of http', { VAPID_SUBJECT: 'http://example.com' }, 'VAPID_SUBJECT must match'],
    ['a host without a port', { WEB_PUSH_HOSTS: 'push.internal' }, 'no host with a port'],
    ['an address for a host', { WEB_PUSH_HOSTS: 'https://push.internal:1' }, 'no host with a port'],
  ])('refuse %s', (_name, environment, words) => {
    expect(problemsOf(environment)).toEqual([expect.stringContaining(words)]);
  });
});

describe('commands', () => {
  it('“keys” makes keys that the settings take', async () => {
    const { code, out } = await command(['keys', '--json']);

    const made = JSON.parse(out) as Record<string, string>;
    const config = readConfig({
      DATA_DIR: tmpdir(),
      SECRET_KEY: '9f2c41d07ab3e65818c0f47d2b9e3a6c',
      VAPID_SUBJECT: 'mailto:admin@example.com',
      ...made,
    });
    expect(code).toBe(0);
    expect(config.push.webPush?.vapid).toMatchObject({ publicKey: made.VAPID_PUBLIC_KEY });
  });

  it('“doctor” asks Google for a token', async () => {
    const fcm = await fcmServer({ now: () => new Date() });
    const { out } = await command(['doctor', '--json'], fcm.environment);
    await fcm.close();

    expect(JSON.parse(out)).toContainEqual({
      name: 'pushes to apps',
      isOk: true,
      detail: 'photos-1: Google gives tokens',
    });
  });
});
