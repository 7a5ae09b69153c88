/** Which network an IP address belongs to: two nodes in one of them are likely one machine, one rack or one owner. */
import { isIpv4, isIpv6 } from './ip-text.ts';

export interface NetworkBits {
  readonly bits4: number;
  readonly bits6: number;
}

/** loopback: this machine. unroutable: nobody else can reach it (unspecified, link-local, multicast, documentation). */
export type AddressKind = 'public' | 'private' | 'loopback' | 'unroutable';

/** The network's name, such as "203.0.113.0/24" or "2001:db8:7::/48"; undefined for what is no address. */
export function networkOf(address: string, { bits4, bits6 }: NetworkBits): string | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const bits = bytes.length === 4 ? bits4 : bits6;
  const masked = bytes.map((byte, i) => byte & (0xff << Math.max(0, Math.min(8, 8 * (i + 1) - bits))) & 0xff);
  return `${bytes.length === 4 ? masked.join('.') : groups(masked)}/${bits}`;
}

export function kindOf(address: string): AddressKind {
  const bytes = addressBytes(address);
  if (bytes === undefined) return 'unroutable';
  const [a = 0, b = 0] = bytes;
  if (bytes.length === 4) {
    if (a === 127) return 'loopback';
    if (a === 0 || a >= 224 || (a === 169 && b === 254)) return 'unroutable';
    return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128) ? 'private' : 'public';
  }
  if (bytes.every((byte, i) => byte === (i === 15 ? 1 : 0))) return 'loopback';
  if (bytes.every((byte) => byte === 0) || a === 0xff || (a === 0xfe && (b & 0xc0) === 0x80)) return 'unroutable';
  return (a & 0xfe) === 0xfc ? 'private' : 'public';
}

/** A placement asks for the same few thousand addresses again and again. */
const parsed = new Map<string, readonly number[] | undefined>();
const PARSED_MAX = 50_000;

function addressBytes(address: string): readonly number[] | undefined {
  if (parsed.has(address)) return parsed.get(address);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const bytes = parseAddress(address);
  parsed.set(address, bytes);
  return bytes;
}

/** 4 or 16 bytes. IPv6 addresses that only carry an IPv4 one (mapped, NAT64, 6to4) are that one: whoever has it has all of them. */
function parseAddress(address: string): number[] | undefined {
  const text = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIpv4(text)) return text.split('.').map(Number);
  if (!isIpv6(text)) return undefined;
  const bytes = expand(text);
  const starts = (...prefix: number[]): boolean => prefix.every((byte, i) => bytes[i] === byte);
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff) || starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return bytes.slice(12);
  return starts(0x20, 0x02) ? bytes.slice(2, 6) : bytes;
}

function expand(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted === null ? text : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
}

function pair(high = '0', low = '0'): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}

function groups(bytes: readonly number[]): string {
  const words = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  const last = words.findLastIndex((word) => word !== '0');
  return last === 7 ? words.join(':') : `${words.slice(0, last + 1).join(':')}::`;
}
