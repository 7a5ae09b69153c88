/** A name as a terminal may show it: control characters, which could move its cursor, rename its window or turn the reading direction, are written out. */
export function safeText(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
