import dns from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks of IPv4 that are nobody's public address (IANA special-purpose registry; 169.254.169.254 tells cloud secrets). */
const closedNetworks: ReadonlyArray<[address: string, prefix: number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const closed = new BlockList();
for (const [address, prefix] of closedNetworks) closed.addSubnet(address, prefix, 'ipv4');
// Within what is public in IPv6: protocols that carry addresses of IPv4 (Teredo, 6to4), and documentation.
closed.addSubnet('2001::', 23, 'ipv6');
closed.addSubnet('2001:db8::', 32, 'ipv6');
closed.addSubnet('2002::', 16, 'ipv6');
closed.addSubnet('3fff::', 20, 'ipv6');

/** All of IPv6 that is given out as public. What maps IPv4 (`::ffff:0:0`, `64:ff9b::`) lies outside. */
const open6 = new BlockList();
open6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address of IPv4 or IPv6 is one that anybody on the internet has. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  return family === 6 && open6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

/** Somebody's address leads to where this server must not go. */
export class ForbiddenAddressError extends Error {
  constructor(address: string) {
    super(`${address} is not a public address.`);
    this.name = 'ForbiddenAddressError';
  }
}

/**
 * Looks a name up and refuses it when any of its addresses is not public. The connection is made to an address that was
 * looked at here, so a name that changes in between changes nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, done) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses;
    if (refused) return done(new ForbiddenAddressError(refused.address), '');
    if (!first) return done(new Error(`${hostname} has no address.`), '');
    if (options.all) return done(null, addresses);
    done(null, first.address, first.family);
  });
};
