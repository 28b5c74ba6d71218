import { isIP, isIPv4, SocketAddress } from 'node:net';

/** Prefixes whose last 32 bits are an IPv4 address: mapped (RFC 4291) and translated (RFC 6052). */
const embeddingPrefixes = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/**
 * The one spelling of a network address: `203.0.113.8` or, compressed and in lower case, `2001:db8::1`. Takes off quotes,
 * brackets, a port and a zone, and unwraps IPv4 within IPv6. Null when the text is no address.
 */
export function normalAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const bare = withoutPort(text.trim().replace(/^"(.*)"$/, '$1'));
  const address = bare.replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 4) return address;
  if (family === 0) return null;
  const { address: normal } = new SocketAddress({ address, family: 'ipv6' });
  return embeddedIpv4(groupsOf(normal)) ?? normal;
}

/**
 * What attempts from an address are counted under. Every subscriber has at least a /64 of IPv6 and may change the rest at
 * will, so a /64 counts as one: `2001:db8:1:2::/64`. Anything else is unchanged.
 */
export function countingAddress(address: string): string {
  const normal = normalAddress(address);
  if (normal === null || isIPv4(normal)) return normal ?? address;
  return `${groupsOf(normal).slice(0, 4).join(':')}::/64`;
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d*)?$/.exec(text) ?? [];
  if (bracketed !== undefined) return bracketed;
  const [, ipv4] = /^([\d.]+):\d*$/.exec(text) ?? [];
  return ipv4 ?? text;
}

/** The eight groups of an address, without leading zeros. */
function groupsOf(ipv6: string): string[] {
  // The system writes the end of some as IPv4: `::ffff:203.0.113.8`.
  const text = ipv6.replace(/[\d.]+$/, (end) => (isIPv4(end) ? hexOf(end) : end));
  const [before = '', after] = text.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after ? after.split(':') : [];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

function hexOf(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function embeddedIpv4(groups: readonly string[]): string | null {
  if (!embeddingPrefixes.includes(groups.slice(0, 6).join(':'))) return null;
  const bytes = groups.slice(6).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
  return bytes.join('.');
}
