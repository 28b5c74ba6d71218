import { describe, expect, it } from 'vitest';
import { countingAddress, normalAddress } from '../../src/domain/network-address.ts';

describe('a network address', () => {
  it.each([
    ['203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:4711', '203.0.113.8'],
    [' 203.0.113.8 ', '203.0.113.8'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['::FFFF:cb00:7108', '203.0.113.8'],
    ['0:0:0:0:0:ffff:203.0.113.8', '203.0.113.8'],
    ['[::ffff:203.0.113.8]:4711', '203.0.113.8'],
    ['64:ff9b::cb00:7108', '203.0.113.8'],
    ['2001:DB8:0:0::0001', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['"[2001:db8::1]:4711"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::1', '::1'],
  ])('has one spelling: %s', (text, normal) => {
    expect(normalAddress(text)).toBe(normal);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '010.0.0.1',
    '203.0.113.8:80:80',
    '[203.0.113.8',
    '2001:db8::1::2',
    '%eth0',
    `${'1'.repeat(10_000)}:1`,
  ])('is not %s', (text) => {
    expect(normalAddress(text)).toBeNull();
  });

  it.each([
    ['203.0.113.8', '203.0.113.8'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['command line', 'command line'],
  ])('counts with its network: %s', (address, counted) => {
    expect(countingAddress(address)).toBe(counted);
  });
});
