import { describe, expect, it } from 'vitest';
import { kindOf, networkOf } from '../../offchain/wire/networks.ts';

const bits = { bits4: 24, bits6: 48 };

describe('networkOf', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['2001:db8:7::1', '2001:db8:7::/48'],
    ['2001:db8:7:ffff:1:2:3:4', '2001:db8:7::/48'],
    ['[2001:db8:7::9]', '2001:db8:7::/48'],
    // Addresses that only carry an IPv4 address are that one: whoever has one IPv4 address has 2^80 of them.
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['64:ff9b::203.0.113.7', '203.0.113.0/24'],
    ['2002:cb00:7107:5::1', '203.0.113.0/24'],
  ])('%s lies in %s', (address, network) => expect(networkOf(address, bits)).toBe(network));

  it('takes other widths, and nothing for what is no address', () => {
    expect(networkOf('203.0.113.7', { bits4: 16, bits6: 32 })).toBe('203.0.0.0/16');
    expect(networkOf('203.0.113.7', { bits4: 20, bits6: 32 })).toBe('203.0.112.0/20');
    expect(networkOf('203.0.113.7', { bits4: 32, bits6: 32 })).toBe('203.0.113.7/32');
    expect(networkOf('2001:db8:7::1', { bits4: 16, bits6: 32 })).toBe('2001:db8::/32');
    for (const bad of ['', 'example.org', '1.2.3', '1.2.3.4.5', ':::', '300.1.1.1']) expect(networkOf(bad, bits), bad).toBeUndefined();
  });
});

describe('kindOf', () => {
  it.each([
    ['127.0.0.1', 'loopback'], ['127.9.9.9', 'loopback'], ['::1', 'loopback'], ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'], ['172.31.0.1', 'private'], ['192.168.1.1', 'private'], ['100.64.0.1', 'private'], ['fd00::1', 'private'],
    ['0.0.0.0', 'unroutable'], ['169.254.1.1', 'unroutable'], ['224.0.0.1', 'unroutable'], ['255.255.255.255', 'unroutable'], ['fe80::1', 'unroutable'], ['ff02::1', 'unroutable'], ['::', 'unroutable'], ['nowhere', 'unroutable'],
    ['203.0.113.7', 'public'], ['172.32.0.1', 'public'], ['2001:db8::1', 'public'],
  ])('%s is %s', (address, kind) => expect(kindOf(address)).toBe(kind));
});
