import { concatHex, hexToBigInt, numberToHex, size, slice } from 'viem';
import type { Hex } from 'viem';
import { HoldfastError } from './errors.ts';

/** The order of secp256k1: for every valid s, order - s with the other parity is valid too; contracts take only the lower. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const TOP_BIT = 1n << 255n;

/** 65 bytes (r, s, v) to the 64 bytes of EIP-2098; 64 bytes pass unchanged. */
export function compactSignature(signature: Hex): Hex {
  if (size(signature) === 64) return signature;
  if (size(signature) !== 65) {
    throw new HoldfastError('BAD_SIGNATURE_FORMAT', `The wallet returned a signature of ${size(signature)} bytes instead of 65.`, {
      nextStep: 'Use a wallet with an ordinary account: contract wallets cannot sign for Holdfast.',
    });
  }
  const v = Number(slice(signature, 64));
  const s = hexToBigInt(slice(signature, 32, 64));
  if (s === 0n || s >= ORDER) throw new HoldfastError('BAD_SIGNATURE_FORMAT', 'The wallet returned a signature whose s is no number that a signature can have.');
  const isHigh = s > ORDER / 2n;
  const odd = (v >= 27 ? v - 27 : v) === 1;
  const lowS = isHigh ? ORDER - s : s;
  const vs = lowS | (odd !== isHigh ? TOP_BIT : 0n);
  return concatHex([slice(signature, 0, 32), numberToHex(vs, { size: 32 })]);
}

/** 64 bytes to the 65 that recovery takes. */
export function expandSignature(compact: Hex): Hex {
  if (size(compact) !== 64) {
    throw new HoldfastError('BAD_SIGNATURE_FORMAT', `A signature has 64 bytes (EIP-2098); this one has ${size(compact)}.`);
  }
  const vs = hexToBigInt(slice(compact, 32));
  const odd = vs >= TOP_BIT;
  return concatHex([slice(compact, 0, 32), numberToHex(odd ? vs - TOP_BIT : vs, { size: 32 }), odd ? '0x1c' : '0x1b']);
}
