/** BIP-39 phrases as wallets: the words, their checksum, and the account that other wallets show for them too. */
import { createHash, randomInt } from 'node:crypto';
import { toHex } from 'viem';
import type { Hex } from 'viem';
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts';
import { UsageError } from './errors.ts';

const WORD_COUNTS = [12, 15, 18, 21, 24];
const BITS_PER_WORD = 11;
/** Everybody knows the keys of these: test networks are full of thieves' robots. */
const KNOWN_TO_ALL = ['test test test test test test test test test test test junk'];

export type WordCount = 12 | 24;

export function newPhrase(words: WordCount): string {
  return generateMnemonic(english, words === 24 ? 256 : 128);
}

/** Lower case, one blank between words. What is wrong is told by place, never by showing a word. @throws UsageError */
export function checkPhrase(text: string): string {
  const words = text.normalize('NFKD').trim().toLowerCase().split(/\s+/);
  if (!WORD_COUNTS.includes(words.length)) throw new UsageError(`A recovery phrase has 12 to 24 words; these are ${words[0] === '' ? 0 : words.length}.`, 'Type all of them, with blanks between.');
  const numbers = words.map((word) => english.indexOf(word));
  const unknown = numbers.flatMap((number, i) => (number < 0 ? [i + 1] : []));
  if (unknown.length > 0) throw new UsageError(`${unknown.length === 1 ? `Word ${unknown[0]} is` : `Words ${unknown.join(', ')} are`} not among the 2048 English words of BIP-39.`, 'Check the spelling: the first four letters of a word decide.');
  if (!fitsChecksum(numbers)) throw new UsageError('The words do not belong together: one is wrong, or two changed places.', 'Compare each with what was written down, in order.');
  const phrase = words.join(' ');
  if (new Set(words).size <= 2 || KNOWN_TO_ALL.includes(phrase)) throw new UsageError('This phrase is known to everybody: whatever it keeps is stolen at once.', 'Make a new one with --new-phrase.');
  return phrase;
}

/** m/44'/60'/0'/0/index, as other Ethereum wallets do. */
export function privateKeyOf(phrase: string, index: number): Hex {
  const { privateKey } = mnemonicToAccount(phrase, { addressIndex: index }).getHdKey();
  if (privateKey === null) throw new UsageError('No key follows from this phrase.');
  return toHex(privateKey);
}

/** Three places, in order, each counted from 1. */
export function placesToAsk(words: number): number[] {
  const places = new Set<number>();
  while (places.size < 3) places.add(1 + randomInt(words));
  return [...places].sort((a, b) => a - b);
}

/** The last bits, one for each three words, are the first ones of the SHA-256 of those before. */
function fitsChecksum(numbers: readonly number[]): boolean {
  const bits = numbers.map((number) => number.toString(2).padStart(BITS_PER_WORD, '0')).join('');
  const sumBits = numbers.length / 3;
  const entropy = bits.slice(0, bits.length - sumBits);
  const bytes = Uint8Array.from({ length: entropy.length / 8 }, (_, i) => parseInt(entropy.slice(8 * i, 8 * i + 8), 2));
  const sum = createHash('sha256').update(bytes).digest()[0] ?? 0;
  return sum.toString(2).padStart(8, '0').slice(0, sumBits) === bits.slice(-sumBits);
}
