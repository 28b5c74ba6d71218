import { createPrivateKey } from 'node:crypto';
import { type Static, type TObject, Type } from 'typebox';
import { publicKeyOf, type VapidKeys } from '../vapid-keys.ts';

const keyPattern = '^[A-Za-z0-9_-]+$';

/** Settings of pushes to devices. */
export const pushSettings = {
  FCM_SERVICE_ACCOUNT: Type.Optional(
    Type.String({
      minLength: 1,
      'x-secret': true,
      description:
        'Enables pushes to Android and iOS apps through Firebase Cloud Messaging: the JSON key of a service account (Firebase console, project settings, service accounts). Without it, devices are stored but receive nothing.',
    }),
  ),
  FCM_BASE_URL: Type.String({
    pattern: '^https?://[^/?#]+/?$',
    default: 'https://fcm.googleapis.com',
    description: 'The URL of Firebase Cloud Messaging. Change it for tests only.',
  }),
  FCM_TOKEN_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^?#]+$',
      description:
        'The URL of Google’s token service. Default: the one in the service account’s key.',
    }),
  ),
  VAPID_PUBLIC_KEY: Type.Optional(
    Type.String({
      pattern: keyPattern,
      description: 'Enables pushes to browsers: the public key that `rookery keys` creates.',
    }),
  ),
  VAPID_PRIVATE_KEY: Type.Optional(
    Type.String({
      pattern: keyPattern,
      'x-secret': true,
      description:
        'The private key of the pair. If the keys change, every browser has to subscribe again.',
    }),
  ),
  VAPID_SUBJECT: Type.Optional(
    Type.String({
      pattern: '^(mailto:.+@.+|https://.+)$',
      description:
        'Contact for push services: `mailto:admin@example.com` or an https URL. Default: `PUBLIC_URL` if it is https.',
    }),
  ),
  WEB_PUSH_HOSTS: Type.String({
    default: '',
    description:
      'Push services in your own network, as `host:port`, separated by commas. All others must have public addresses and use port 443. Certificates are verified; add your own authorities with `NODE_EXTRA_CA_CERTS`.',
  }),
};

type PushSettings = Static<TObject<typeof pushSettings>> & { PUBLIC_URL?: string };

export type PushConfig = {
  /** Null: nothing is sent to apps. */
  fcm: {
    baseUrl: string;
    account: {
      projectId: string;
      clientEmail: string;
      privateKeyId: string | null;
      privateKey: string;
      tokenUrl: string;
    };
  } | null;
  /** Null: nothing is sent to browsers. */
  webPush: { vapid: VapidKeys & { subject: string }; privateHosts: string[] } | null;
};

export function pushOf(settings: PushSettings, problems: string[]): PushConfig {
  return {
    fcm: fcmOf(settings, problems),
    webPush: webPushOf(settings, problems),
  };
}

const accountHint =
  'Download it again: Firebase console, project settings, service accounts, “Generate new private key”.';

function fcmOf(settings: PushSettings, problems: string[]): PushConfig['fcm'] {
  const text = settings.FCM_SERVICE_ACCOUNT;
  if (text === undefined) return null;
  const key = parsed(text);
  const missing = ['project_id', 'client_email', 'private_key', 'token_uri'].filter(
    (name) => typeof key[name] !== 'string' || key[name] === '',
  );
  if (key.type !== 'service_account' || missing.length > 0) {
    const lack = missing.length > 0 ? ` It lacks ${missing.join(', ')}.` : '';
    problems.push(`FCM_SERVICE_ACCOUNT is no key of a service account.${lack} ${accountHint}`);
    return null;
  }
  const { project_id, client_email, private_key, private_key_id, token_uri } = key;
  if (!isPrivateKey(String(private_key))) {
    problems.push(`FCM_SERVICE_ACCOUNT has a private_key that cannot be read. ${accountHint}`);
    return null;
  }
  return {
    baseUrl: settings.FCM_BASE_URL.replace(/\/$/, ''),
    account: {
      projectId: String(project_id),
      clientEmail: String(client_email),
      privateKeyId: typeof private_key_id === 'string' ? private_key_id : null,
      privateKey: String(private_key),
      tokenUrl: settings.FCM_TOKEN_URL ?? String(token_uri),
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return pem.includes('BEGIN PRIVATE KEY') && createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function webPushOf(settings: PushSettings, problems: string[]): PushConfig['webPush'] {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = settings;
  const privateHosts = hostsOf(settings.WEB_PUSH_HOSTS, problems);
  if (publicKey === undefined && privateKey === undefined) return null;
  if (publicKey === undefined || privateKey === undefined) {
    const [given, lacking] =
      publicKey === undefined
        ? ['VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY']
        : ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY'];
    problems.push(`${given} is set, but ${lacking} is not. “rookery keys” makes both.`);
    return null;
  }
  if (publicKeyOf(privateKey) !== publicKey) {
    problems.push(
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY do not match. Set both as “rookery keys” printed them.',
    );
    return null;
  }
  const subject = settings.VAPID_SUBJECT ?? settings.PUBLIC_URL ?? '';
  if (!/^(mailto|https):/.test(subject)) {
    problems.push(
      'VAPID_SUBJECT is required for pushes to browsers, because PUBLIC_URL is not https. Set it to mailto:admin@example.com, for example.',
    );
    return null;
  }
  return { vapid: { publicKey, privateKey, subject }, privateHosts };
}

function hostsOf(text: string, problems: string[]): string[] {
  const hosts = text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
  for (const host of hosts) {
    if (/^[^\s/:@]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/.test(host)) continue;
    problems.push(
      `WEB_PUSH_HOSTS names ${host}, which is no host with a port. Use the form push.example.com:8443.`,
    );
  }
  return hosts;
}
