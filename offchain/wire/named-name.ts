/** Public names: what a well-formed one is, and the key that stands for it. */
import { concat, keccak256, stringToHex } from 'viem';
import type { Hex } from 'viem';
import { BadRequestError } from './http-errors.ts';

/** Of the name in UTF-8. */
export const PUBLIC_NAME_BYTES = 512;

/** A name that nobody may take, and why. */
export class BadNameError extends BadRequestError {
  constructor(name: string, why: string) {
    super(`${JSON.stringify(name.slice(0, 80))} is no public name: ${why}.`, { code: 'BAD_NAME', nextStep: 'Write for example /a.com/izone.mp4.' });
  }
}

/** Controls, line and paragraph separators, marks that turn the direction of text, halves of surrogate pairs, and what no version of Unicode assigns. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/u;

/**
 * The one spelling of a name: Unicode NFC, one slash before each segment. Upper and lower case differ.
 * @throws BadNameError
 */
export function normaliseName(text: string): string {
  const name = text.normalize('NFC');
  const refuse = (why: string): never => {
    throw new BadNameError(text, why);
  };
  if (!name.startsWith('/')) refuse('it does not begin with a slash');
  if (new TextEncoder().encode(name).length > PUBLIC_NAME_BYTES) refuse(`it is longer than ${PUBLIC_NAME_BYTES} bytes`);
  if (FORBIDDEN.test(name)) refuse('it has characters that cannot be seen');
  for (const segment of name.slice(1).split('/')) {
    if (segment === '') refuse('one of its segments is empty');
    if (segment === '.' || segment === '..') refuse('one of its segments is "." or ".."');
    if (segment.trim() !== segment) refuse('one of its segments begins or ends with a space');
  }
  return name;
}

/** 32 bytes. `name`: as `normaliseName` gives it. */
export function nameKey(name: string): Hex {
  return keccak256(concat([stringToHex('holdfast/1/name'), stringToHex(name)]));
}
