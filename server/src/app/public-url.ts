import { isIPv6 } from 'node:net';
import { normalAddress } from '../domain/network-address.ts';
import type { Notice } from './settings/older-variables.ts';

type Reach = { http: { host: string; port: number; publicUrl: string | null } };

/** Where clients reach the server, without a slash at the end. */
export function publicUrlOf({ http: { host, port, publicUrl } }: Reach): string {
  return publicUrl ?? localUrlOf(host, port);
}

/** Where this machine reaches a server that listens there. */
export function localUrlOf(host: string, port: number): string {
  // A URL has no room for a zone.
  const address = bareHost(host).replace(/%.*$/, '');
  const name = isIPv6(address) ? `[${address}]` : address;
  return `http://${isEverywhere(address) ? 'localhost' : name}:${port}`;
}

/** An address to listen on, without the brackets that it has in URLs. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Whether it stands for all addresses of the machine: a server can listen there, and no client can ask there. */
function isEverywhere(address: string): boolean {
  return ['0.0.0.0', '::'].includes(normalAddress(address) ?? '');
}

type Given = { ROOKERY_ENV: string; HOST: string; PORT: number; PUBLIC_URL?: string };

/**
 * What is wrong with the address that links in answers and mails begin with. Where people rely on the installation it is a
 * problem, elsewhere a notice: during development, people open localhost.
 */
export function publicUrlNotices(given: Given, isLive: boolean, problems: string[]): Notice[] {
  const { ROOKERY_ENV: environment, HOST: host, PORT: port, PUBLIC_URL: publicUrl } = given;
  const local = localUrlOf(host, port);
  if (!URL.canParse(localUrlOf(host, 80))) {
    problems.push(`HOST is ${host}, which is no address. Use 127.0.0.1, or 0.0.0.0 or :: for all.`);
    return [];
  }
  const advice = 'Set PUBLIC_URL to the address that clients use, such as https://example.com.';
  if (publicUrl === undefined) {
    const isLocal = isEverywhere(bareHost(host));
    const text = `Links in answers and mails begin with ${local}, which`;
    if (isLive)
      problems.push(
        `PUBLIC_URL is needed in ${environment}: the address that clients use, such as https://example.com.`,
      );
    else if (port === 0) return [noticeOf(`${text} names no port: PORT is 0. ${advice}`)];
    else if (isLocal) return [noticeOf(`${text} other machines cannot open. ${advice}`)];
    return [];
  }
  // Something else is wrong with it, and was reported when it was read.
  if (problems.some((problem) => problem.startsWith('PUBLIC_URL '))) return [];
  if (!isEverywhere(bareHost(new URL(publicUrl).hostname))) return [];
  const text = `PUBLIC_URL is ${publicUrl}, which no client can open. ${advice}`;
  if (isLive) problems.push(text);
  return [noticeOf(text)];
}

function noticeOf(text: string): Notice {
  return { name: 'PUBLIC_URL', text };
}
