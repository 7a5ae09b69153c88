import { getAddress, isAddress, isHex } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';

/** The building blocks of every message: amounts travel as decimal strings, bytes as 0x hex. */

const UINT32_MAX = 0xffff_ffff;

export function uint(max: number): z.ZodNumber {
  return z.number().int().min(0).max(max);
}

export const uint8 = uint(0xff);
export const uint16 = uint(0xffff);
export const uint32 = uint(UINT32_MAX);
/** Node and agreement ids begin at 1. */
export const id = z.number().int().min(1).max(UINT32_MAX);
export const seconds = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Token units below 2^256. */
export const amount = z
  .union([z.bigint().min(0n), z.string().regex(/^(0|[1-9][0-9]{0,77})$/, 'must be a decimal integer in a string')])
  .transform(BigInt);

/** Bytes as 0x hex; `sizeBytes` fixes the length, `maxBytes` bounds it. */
export function bytes(options: { sizeBytes?: number; maxBytes?: number }): z.ZodType<Hex> {
  return z.string().refine(
    (text): text is Hex => {
      if (!isHex(text) || text.length % 2 !== 0) return false;
      const sizeBytes = (text.length - 2) / 2;
      return options.sizeBytes === undefined ? sizeBytes <= (options.maxBytes ?? Infinity) : sizeBytes === options.sizeBytes;
    },
    { message: options.sizeBytes === undefined ? `must be 0x hex of at most ${options.maxBytes} bytes` : `must be 0x hex of ${options.sizeBytes} bytes` },
  ) as unknown as z.ZodType<Hex>;
}

export const hash = bytes({ sizeBytes: 32 });
/** EIP-2098. */
export const signature = bytes({ sizeBytes: 64 });

export const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), { message: 'must be an address' })
  .transform((text): Address => getAddress(text));
