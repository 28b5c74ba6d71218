import { type Static, Type } from 'typebox';
import { localUrlOf } from '../public-url.ts';

/** Settings of passkeys. */
export const secondFactorSettings = {
  WEBAUTHN_RP_ID: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$',
      description:
        'Domain that passkeys are created for: the host of `PUBLIC_URL` or a domain above it, such as `example.com` for `https://api.example.com`. If it changes, existing passkeys stop working. Default: the host of `PUBLIC_URL`.',
    }),
  ),
  WEBAUTHN_ORIGINS: Type.String({
    default: '',
    description:
      'Origins of web apps and Android apps that may use passkeys, in addition to `PUBLIC_URL`, separated by commas: `https://app.example.com,android:apk-key-hash:…`.',
  }),
};

type Given = Static<ReturnType<typeof Type.Object<typeof secondFactorSettings>>> & {
  HOST: string;
  PORT: number;
  PUBLIC_URL?: string;
};

/** For whom passkeys are made, and from where they may be used. */
export type Webauthn = { rpId: string; origins: string[] };

/** Reads the settings of passkeys, and tells what is wrong with them. */
export function webauthnOf(given: Given, problems: string[]): Webauthn {
  const address = given.PUBLIC_URL ?? localUrlOf(given.HOST, given.PORT);
  // What no address can be made of is told of by its own setting.
  const url = new URL(URL.canParse(address) ? address : 'http://localhost');
  const host = isLoopback(url.hostname) ? 'localhost' : url.hostname;
  const rpId = given.WEBAUTHN_RP_ID ?? host;
  // Browsers create no passkeys for IP addresses; during development, people open localhost.
  const local = host === 'localhost' ? [`${url.protocol}//localhost${portOf(url)}`] : [];
  const others = given.WEBAUTHN_ORIGINS.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const origin of others) checkOrigin(origin, rpId, problems);
  if (!isWithin(host, rpId)) {
    problems.push(
      `WEBAUTHN_RP_ID is ${rpId}, but clients reach the server at ${host}. Set it to ${host} or to a domain above it.`,
    );
  }
  return { rpId, origins: [...new Set([url.origin, ...local, ...others])] };
}

function checkOrigin(origin: string, rpId: string, problems: string[]): void {
  if (/^(android|ios):\S+$/.test(origin)) return;
  if (!/^https?:\/\/[^/\s]+$/.test(origin)) {
    problems.push(
      `WEBAUTHN_ORIGINS names ${origin}, which is no origin. Use the form https://app.example.com.`,
    );
    return;
  }
  const { hostname } = new URL(origin);
  if (isWithin(hostname, rpId)) return;
  problems.push(
    `WEBAUTHN_ORIGINS names ${origin}, which is not within ${rpId}, so no browser would use its passkeys there. Set WEBAUTHN_RP_ID to a domain above both.`,
  );
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1?\]|0\.0\.0\.0)$/.test(host);
}

function portOf({ port }: URL): string {
  return port === '' ? '' : `:${port}`;
}
