import { isIP } from 'node:net';
import { contracts } from '../../contracts/index.ts';
import { originOf } from '../origins.ts';
import type { Settings } from './settings.ts';

/** Problems that one setting does not show alone, or that need to know more than its form. */
export function checkTogether(settings: Settings, isLive: boolean, problems: string[]): void {
  const known = contracts.map((contract) => contract.name);
  for (const name of contractsOf(settings)) {
    if (!known.includes(name)) {
      problems.push(`CONTRACTS names ${name}, which is none. Known are: all, ${known.join(', ')}.`);
    }
  }
  for (const proxy of listOf(settings.TRUSTED_PROXIES)) {
    if (!isNetwork(proxy)) {
      problems.push(
        `TRUSTED_PROXIES names ${proxy}, which is no address. Use the form 127.0.0.1,10.0.0.0/8.`,
      );
    }
  }
  for (const origin of listOf(settings.CORS_ORIGINS)) {
    if (originOf(origin) === null) {
      problems.push(
        `CORS_ORIGINS names ${origin}, which is not an origin. Use the form https://app.example.com, or for an app in a shell capacitor://localhost.`,
      );
    }
  }
  if (settings.METRICS_PORT === settings.PORT) {
    problems.push(`METRICS_PORT is PORT. Set it to another, so that metrics are not public.`);
  }
  if (!isLive) return;
  const { ROOKERY_ENV: name } = settings;
  if (settings.RATE_LIMITS === 'off') {
    problems.push(`RATE_LIMITS=off is refused in ${name}. Remove it, or set it to on.`);
  }
}

/** An address, or one with the length of its network: `10.0.0.0/8`. */
function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const family = isIP(address);
  const maxPrefix = family === 4 ? 32 : 128;
  return (
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= maxPrefix
  );
}

/** Names of the contracts to serve. */
export function contractsOf(settings: Settings): string[] {
  const names = listOf(settings.CONTRACTS);
  if (names.includes('all')) return contracts.map((contract) => contract.name);
  return [...new Set(['v2', ...names])];
}

/** Parts of a list that commas separate. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
