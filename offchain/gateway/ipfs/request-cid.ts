/** The CID of a request, in any of the alphabets that people write CIDs in. */
import { base16 } from 'multiformats/bases/base16';
import { base32, base32upper } from 'multiformats/bases/base32';
import { base36 } from 'multiformats/bases/base36';
import { base58btc } from 'multiformats/bases/base58';
import { base64url } from 'multiformats/bases/base64';
import { CID } from 'multiformats/cid';
import { BadRequestError } from './errors.ts';

const BASES = base32.decoder.or(base58btc.decoder).or(base36.decoder).or(base16.decoder).or(base32upper.decoder).or(base64url.decoder);
const CHARACTERS_MAX = 256;
const SHA2_256 = 0x12;
const IDENTITY = 0x00;
const IDENTITY_BYTES_MAX = 128;

/** @throws BadRequestError */
export function requestCid(text: string): CID {
  const cid = parsed(text);
  const { code, digest } = cid.multihash;
  if (code === SHA2_256 && digest.length !== 32) throw new BadRequestError(`${shown(text)} is a CID with a SHA-256 of ${digest.length} bytes.`);
  if (code === IDENTITY && digest.length > IDENTITY_BYTES_MAX) throw new BadRequestError(`${shown(text)} is a CID that holds ${digest.length} bytes; ${IDENTITY_BYTES_MAX} is the most.`);
  return cid;
}

function parsed(text: string): CID {
  if (text.length > CHARACTERS_MAX) throw new BadRequestError(`${shown(text)} is too long for a CID.`);
  try {
    // Version 0 has no letter for its alphabet.
    return text.startsWith('Qm') ? CID.parse(text) : CID.parse(text, BASES);
  } catch (cause) {
    throw new BadRequestError(`${shown(text)} is no CID (${cause instanceof Error ? cause.message : String(cause)}).`, cause);
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/** The SHA-256 that blocks here are found by, as lower-case hex; undefined for other hashes. */
export function digestOf({ multihash: { code, digest } }: CID): string | undefined {
  return code === SHA2_256 ? `0x${Buffer.from(digest).toString('hex')}` : undefined;
}
