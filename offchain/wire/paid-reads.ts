/** What reader and server must agree on when a read has its price: the reckoning, the quote in a 402, the voucher in a header. */
import { keccak256, stringToHex } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { address, amount, id, seconds, signature, uint32 } from './fields.ts';
import { BadRequestError } from './http-errors.ts';

const GIB = 1n << 30n;
const MIB = 1n << 20n;

/** One piece: what a reader may have paid for and not yet received from one server, and the largest paid read. */
export const READ_PIECE_BYTES = 4 << 20;
/** A shorter read is reckoned as this many bytes: it costs the server as much. */
export const READ_BYTES_MIN = 16 << 10;

/** Names the voucher of a read; the value is what `voucherHeader` makes. */
export const VOUCHER_HEADER = 'x-holdfast-voucher';
/** Names the bundle of the fragment that is read: caches learn from it what the bytes must be. */
export const BUNDLE_HEADER = 'x-holdfast-bundle';
const HEADER_CHARACTERS_MAX = 1024;

/** The bytes that are paid for. */
export function chargedBytes(sizeBytes: number): number {
  return Math.max(READ_BYTES_MIN, sizeBytes);
}

/** Token units for a read of so many bytes of leaves, rounded up. */
export function readCost(read: { readonly sizeBytes: number; readonly pricePerGib: bigint }): bigint {
  return (BigInt(chargedBytes(read.sizeBytes)) * read.pricePerGib + GIB - 1n) / GIB;
}

/** The least number of bytes for which a pool that pays `maxPerMib` pays `total`. */
export function servedFor(pool: { readonly total: bigint; readonly maxPerMib: bigint }): bigint {
  return (pool.total * MIB + pool.maxPerMib - 1n) / pool.maxPerMib;
}

/** How contracts name a content. */
export function contentHash(contentId: string): Hex {
  return keccak256(stringToHex(contentId));
}

const uint256 = amount;

/** Out of a channel. */
export const ChannelVoucher = z.strictObject({ channel: uint256, total: amount, signature });
export type ChannelVoucher = z.output<typeof ChannelVoucher>;

/** Out of a sponsor's pool. */
export const PoolVoucher = z.strictObject({ pool: uint256, servedBytes: amount, total: amount, signature });
export type PoolVoucher = z.output<typeof PoolVoucher>;

export const ReadVoucher = z.union([ChannelVoucher, PoolVoucher]);
export type ReadVoucher = z.output<typeof ReadVoucher>;

export function isPoolVoucher(voucher: ReadVoucher): voucher is PoolVoucher {
  return 'pool' in voucher;
}

/** How the server sees what was paid: its newest voucher, and what of its total is used up. */
export const ReadAccount = z.object({ paid: amount, used: amount, deposit: amount, voucher: ReadVoucher.optional() });
export type ReadAccount = z.output<typeof ReadAccount>;

/** The details of a 402. Amounts are token units. */
export const ReadQuote = z.object({
  /** The node that is paid. */
  payee: id,
  pricePerGib: amount,
  /** Of this read. */
  cost: amount,
  /** Bytes that this reader may still have for nothing today; 0 for a reader that is not known. */
  freeBytesLeft: z.number().min(0),
  /** Where channels live, the heavy node that shares their fee, and how long closing one takes. */
  channels: address,
  heavy: uint32,
  closingSeconds: seconds,
  account: ReadAccount.optional(),
});
export type ReadQuote = z.output<typeof ReadQuote>;

export function voucherHeader(voucher: ReadVoucher): string {
  const text = JSON.stringify(voucher, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Undefined where the read carries none. @throws BadRequestError BAD_VOUCHER */
export function parseVoucher(header: string | string[] | undefined): ReadVoucher | undefined {
  if (header === undefined) return undefined;
  try {
    if (typeof header !== 'string' || header.length > HEADER_CHARACTERS_MAX) throw new RangeError('too long');
    return ReadVoucher.parse(JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch (cause) {
    throw new BadRequestError(`The header ${VOUCHER_HEADER} cannot be read.`, { code: 'BAD_VOUCHER', cause, nextStep: 'Send the newest voucher of a channel or pool, as paid-reads.ts writes it.' });
  }
}
