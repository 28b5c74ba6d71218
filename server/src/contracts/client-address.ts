import { BlockList, isIPv4 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { normalAddress } from '../domain/network-address.ts';

/** Tells proxies whose `X-Forwarded-For` is believed. @param networks as `TRUSTED_PROXIES` names them: `10.0.0.0/8` */
export function trustOf(networks: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const normal = normalAddress(address);
    return normal !== null && trusted.check(normal, isIPv4(normal) ? 'ipv4' : 'ipv6');
  };
}

/**
 * Makes `request.ip` the normal form of the client's address, before anything reads it: proxies write ports, brackets and
 * whatever clients made them write, and each spelling would be counted by itself.
 */
export function normalizeAddresses(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const address = clientAddress(request);
    if (address !== request.ip) Object.defineProperty(request, 'ip', { value: address });
    done();
  });
}

/** The farthest address that trusted machines vouch for and that is one; the peer's when the forwarded ones are none. */
function clientAddress({ ip, ips }: FastifyRequest): string {
  // The socket of a client that has gone has no address any more.
  const claimed: ReadonlyArray<string | undefined> = ips?.toReversed() ?? [ip];
  for (const text of claimed) {
    const address = text === undefined ? null : normalAddress(text);
    if (address !== null) return address;
  }
  return 'unknown';
}
