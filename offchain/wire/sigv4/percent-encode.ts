const UPPER_HEX = [...Array(256).keys()].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);

/** SigV4's encoding: everything but A-Z a-z 0-9 - . _ ~ by its UTF-8 bytes; `keep` names one more character that stays. */
export function percentEncode(text: string, keep = ''): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text;
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-._~]/.test(character) || character === keep ? character : UPPER_HEX[byte];
  }
  return out;
}
