/** Base64 (RFC 4648) in Node and in pages alike. */

/** Characters that `String.fromCharCode` takes at once. */
const CHARACTERS = 8_192;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHARACTERS) text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS));
  return btoa(text);
}

/** With `-` and `_`, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Of either alphabet, padded or not. Undefined for what is neither. */
export function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  // `atob` passes over white space, which is none of the alphabet.
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}
