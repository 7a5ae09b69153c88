import { concatHex, hexToBigInt, numberToHex, slice, type Hex } from 'viem';

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const PARITY = 1n << 255n;

/** Everything that somebody could do to a 64-byte signature (r || parity and s) to get another one. */
export function forgeries(signature: Hex): readonly { readonly name: string; readonly signature: Hex }[] {
  const r = slice(signature, 0, 32);
  const vs = hexToBigInt(slice(signature, 32, 64));
  const [parity, s] = [vs & PARITY, vs & (PARITY - 1n)];
  const high = ORDER - s;
  const form = (name: string, newR: Hex, newVs: bigint) => ({ name, signature: concatHex([newR, numberToHex(newVs & ((1n << 256n) - 1n), { size: 32 })]) });
  return [
    form('flipped parity', r, vs ^ PARITY),
    form('the high s as it is', r, high),
    form('the high s with the other parity over its top bit', r, (high & (PARITY - 1n)) | (parity ^ PARITY)),
    form('the high s with the same parity over its top bit', r, (high & (PARITY - 1n)) | parity),
    form('s plus one', r, vs + 1n),
    form('no s', r, parity),
    form('no r', numberToHex(0, { size: 32 }), vs),
    form('r beyond the field', numberToHex((1n << 256n) - 1n, { size: 32 }), vs),
    form('nothing at all', numberToHex(0, { size: 32 }), 0n),
  ];
}
