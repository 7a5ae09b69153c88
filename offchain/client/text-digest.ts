import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of a text that comes in pieces, as hex. Not WebCrypto's: that wants it whole, and answers later. */
export class TextDigest {
  readonly #hash = sha256.create();

  update(text: string): this {
    this.#hash.update(utf8ToBytes(text));
    return this;
  }

  hex(): string {
    return bytesToHex(this.#hash.digest());
  }
}

export function textDigest(text: string): string {
  return new TextDigest().update(text).hex();
}
