/** Web3 secret storage, version 3, with Node's own ciphers: a library for it would be the largest thing that a command loads. */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { keccak256, toHex, type Address, type Hex } from 'viem';
import { z } from 'zod';

/** A file that asks for more memory or more rounds is refused, whoever wrote it. */
const SCRYPT_MEMORY_BYTES = 2 ** 30;
const ROUNDS_MAX = 2 ** 24;
/** n * r * p; usual ones are 2^20 to 2^21. */
const SCRYPT_WORK_MAX = 2 ** 25;
const KEY_BYTES = 32;
const CIPHER = 'aes-128-ctr';

const deriveScrypt = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);
const derivePbkdf2 = promisify(pbkdf2);

const bytes = (length?: number): z.ZodType<Uint8Array> =>
  z.string().regex(/^(0x)?([0-9a-f]{2})*$/i).transform((text) => new Uint8Array(Buffer.from(text.replace(/^0x/i, ''), 'hex'))).refine((value) => length === undefined || value.length === length);
const count = z.int().min(1).max(ROUNDS_MAX);
const Secret = z.object({
  cipher: z.literal(CIPHER),
  cipherparams: z.object({ iv: bytes(16) }),
  ciphertext: bytes(KEY_BYTES),
  mac: bytes(32),
}).and(z.discriminatedUnion('kdf', [
  z.object({ kdf: z.literal('scrypt'), kdfparams: z.object({ dklen: z.literal(KEY_BYTES), salt: bytes(), n: count, r: count, p: count }).refine(({ n, r, p }) => n * r * p <= SCRYPT_WORK_MAX) }),
  z.object({ kdf: z.literal('pbkdf2'), kdfparams: z.object({ dklen: z.literal(KEY_BYTES), salt: bytes(), c: count, prf: z.literal('hmac-sha256') }) }),
]));
type Secret = z.output<typeof Secret>;
/** Some programs write `Crypto`. */
const Keystore = z.union([z.object({ version: z.literal(3), crypto: Secret }), z.object({ version: z.literal(3), Crypto: Secret }).transform(({ Crypto }) => ({ crypto: Crypto }))]);

/** What a keystore file holds, or undefined when it is none that can be opened here. */
export function parseKeystore(text: string): Secret | undefined {
  try {
    return Keystore.parse(JSON.parse(text)).crypto;
  } catch {
    return undefined;
  }
}

/** The private key, or undefined for a wrong password. Throws what scrypt throws when it wants too much memory. */
export async function openSecret(secret: Secret, password: string): Promise<Hex | undefined> {
  const derived = await deriveKey(secret, password);
  if (keccak256(macInput(derived, secret.ciphertext)) !== toHex(secret.mac)) return undefined;
  const decipher = createDecipheriv(CIPHER, derived.subarray(0, 16), secret.cipherparams.iv);
  return toHex(Buffer.concat([decipher.update(secret.ciphertext), decipher.final()]));
}

/** The text of a keystore file. */
export async function sealSecret(account: { readonly address: Address; readonly privateKey: Hex }, password: string, options: { readonly scryptN: number }): Promise<string> {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const kdf = { kdf: 'scrypt', kdfparams: { dklen: KEY_BYTES, salt, n: options.scryptN, r: 8, p: 1 } } as const;
  const derived = await deriveKey(kdf, password);
  const cipher = createCipheriv(CIPHER, derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(account.privateKey.slice(2), 'hex')), cipher.final()]);
  const hex = (value: Uint8Array): string => toHex(value).slice(2);
  return JSON.stringify({
    version: 3,
    id: randomUUID(),
    address: account.address.slice(2).toLowerCase(),
    crypto: {
      cipher: CIPHER,
      cipherparams: { iv: hex(iv) },
      ciphertext: hex(ciphertext),
      kdf: kdf.kdf,
      kdfparams: { ...kdf.kdfparams, salt: hex(salt) },
      mac: keccak256(macInput(derived, ciphertext)).slice(2),
    },
  });
}

/** Passwords count as the same however their accents were typed. */
function deriveKey({ kdf, kdfparams }: Pick<Secret, 'kdf' | 'kdfparams'>, password: string): Promise<Buffer> {
  const text = password.normalize('NFKC');
  if ('n' in kdfparams) return deriveScrypt(text, kdfparams.salt, KEY_BYTES, { N: kdfparams.n, r: kdfparams.r, p: kdfparams.p, maxmem: SCRYPT_MEMORY_BYTES });
  if (kdf !== 'pbkdf2') throw new TypeError('pbkdf2 was expected');
  return derivePbkdf2(text, kdfparams.salt, kdfparams.c, KEY_BYTES, 'sha256');
}

function macInput(derived: Buffer, ciphertext: Uint8Array): Uint8Array {
  return Buffer.concat([derived.subarray(16, 32), ciphertext]);
}
