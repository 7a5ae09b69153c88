/** Seal keys at rest: encrypted under a key that follows from the node's own key, so a copied database opens nothing. */
import type { LocalAccount } from 'viem';
import { z } from 'zod';
import { nodePlatform } from '../codec/platform-node.ts';
import { SealKeyError } from './errors.ts';

/** `works`: a fragment was rebuilt with it and met its committed root. */
export interface SealCandidate {
  readonly sealKey: Uint8Array;
  readonly works: boolean;
}

/** Encrypts and decrypts one agreement's list of seal keys. */
export interface Keyring {
  lock(agreement: number, keys: readonly SealCandidate[]): Promise<string>;
  /** @throws SealKeyError when the text was not locked by this node, or for another agreement. */
  unlock(agreement: number, text: string): Promise<SealCandidate[]>;
}

const NONCE_BYTES = 12;
const PURPOSE = 'Holdfast heavy node: encrypt the seal keys in my database. Sign this for nobody.';
const Content = z.array(z.object({ key: z.string().regex(/^[0-9a-f]{64}$/), works: z.boolean() }));

/** The account's signature of a fixed sentence is the secret: local keys sign deterministically (RFC 6979) and it is never sent. */
export async function openKeyring(account: LocalAccount, scope: string): Promise<Keyring> {
  const signature = await account.signMessage({ message: `${PURPOSE}\n${scope}` });
  const ikm = Uint8Array.from(Buffer.from(signature.slice(2), 'hex'));
  const encoder = new TextEncoder();
  const key = await nodePlatform.hkdfSha256({ ikm, salt: encoder.encode('holdfast/1'), info: encoder.encode('heavy/keyring'), sizeBytes: 32 });
  const associated = (agreement: number) => encoder.encode(`${scope}/${agreement}`);

  return {
    async lock(agreement, keys) {
      const nonce = nodePlatform.randomBytes(NONCE_BYTES);
      const content = keys.map(({ sealKey, works }) => ({ key: Buffer.from(sealKey).toString('hex'), works }));
      const data = encoder.encode(JSON.stringify(content));
      const box = await nodePlatform.gcmEncrypt({ key, nonce, data, associated: associated(agreement) });
      return Buffer.concat([nonce, box]).toString('base64');
    },
    async unlock(agreement, text) {
      const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const data = bytes.subarray(NONCE_BYTES);
      const clear = nonce.length < NONCE_BYTES ? null : await nodePlatform.gcmDecrypt({ key, nonce, data, associated: associated(agreement) });
      if (clear === null) {
        throw new SealKeyError('SEAL_KEY_UNREADABLE', agreement, 'cannot be decrypted', "Start the node with the key that it had, or have the creator send the seal key again.");
      }
      return Content.parse(JSON.parse(new TextDecoder().decode(clear))).map(({ key: hex, works }) => ({
        sealKey: Uint8Array.from(Buffer.from(hex, 'hex')),
        works,
      }));
    },
  };
}
