/** Letters: small signed messages that heavy nodes keep for an address. Keys to share with, grants, and notes that only their writer reads. */
import { bytesToHex, isAddressEqual, keccak256, stringToBytes, stringToHex, zeroHash } from 'viem';
import type { Address, Hex, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { address, hash, seconds, signature } from './fields.ts';
import { BadRequestError } from './http-errors.ts';
import { type LetterMessage, digestTyped, recoverTyped, signTyped } from './typed-data.ts';
import type { Signer } from './typed-data.ts';

/**
 * card: the public key of `from`, in clear, under the id zero. grant: for `to` alone. link: for whoever has its secret. note: for its writer.
 * All but grants go from an address to itself.
 */
export const LETTER_KINDS = ['card', 'grant', 'link', 'note'] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** Of a letter's value: text. */
export const LETTER_VALUE_CHARACTERS = 64 * 1024;
/** A letter as JSON. */
export const LETTER_BYTES = 72 * 1024;
/** The id of every card. */
export const CARD_ID = zeroHash;
/** Letters of one page, and its bytes. */
export const LETTERS_ON_PAGE = 12;
export const LETTERS_PAGE_BYTES = LETTERS_ON_PAGE * LETTER_BYTES + 4_096;
/** How long a request to see one's letters may be good for. */
export const READ_TICKET_SECONDS = 600;

export const Letter = z.strictObject({
  from: address,
  to: address,
  kind: z.enum(LETTER_KINDS),
  id: hash,
  /** Of two letters with one sender, recipient and id the higher one counts. */
  version: z.number().int().min(1).max(2 ** 31 - 1),
  /** By the sender's clock. */
  created: seconds,
  /** From then on it is not given out; 0: never. */
  expiry: seconds,
  /** Empty: taken back. */
  value: z.string().max(LETTER_VALUE_CHARACTERS),
  signature,
});
export type Letter = z.infer<typeof Letter>;

/** The reply to PUT /letters/:to/:from/:id. */
export const LetterStored = z.object({ hash, isNew: z.boolean() });
export type LetterStored = z.infer<typeof LetterStored>;

/** GET /letters/:to, with a ticket: in the order of their keys. `next`: where the next page begins; null: there is none. */
export const LetterPage = z.object({ letters: z.array(Letter).max(LETTERS_ON_PAGE), next: z.string().max(256).nullable() });
export type LetterPage = z.infer<typeof LetterPage>;

/** The ticket that shows who reads his letters: base64 of this, after "Mailbox " in the header `authorization`. */
export const ReadTicket = z.strictObject({ owner: address, until: seconds, signature });
export type ReadTicket = z.infer<typeof ReadTicket>;

export class BadLetterError extends BadRequestError {
  constructor(why: string) {
    super(`The letter is refused: ${why}.`, { code: 'BAD_LETTER' });
  }
}

/** What orders the heavy nodes that keep an address's letters. */
export function mailboxKey(to: Address): Hex {
  return keccak256(stringToHex(`holdfast/1/mailbox/${to.toLowerCase()}`));
}

function messageOf({ from, to, kind, id, version, created, expiry, value }: Omit<Letter, 'signature'>): LetterMessage {
  return { from, to, kind, id, version, created, expiry, valueHash: keccak256(bytesToHex(stringToBytes(value))) };
}

export async function signLetter(signer: Signer, domain: TypedDataDomain, letter: Omit<Letter, 'signature'>): Promise<Letter> {
  return { ...letter, signature: await signTyped(signer, domain, 'Letter', messageOf(letter)) };
}

/** Checks its shape and who signed it. Returns its hash, which is the digest that was signed. @throws BadLetterError */
export async function checkLetter(domain: TypedDataDomain, letter: Letter): Promise<Hex> {
  const { kind, from, to, id } = letter;
  if ((kind === 'card') !== (id === CARD_ID)) throw new BadLetterError('a card has the id zero, and nothing else has');
  if ((kind === 'grant') === isAddressEqual(from, to)) throw new BadLetterError('grants go to somebody else, all other letters to oneself');
  const message = messageOf(letter);
  const signer = await recoverTyped(domain, 'Letter', message, letter.signature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, from)) throw new BadLetterError(`${from} did not sign it for this market`);
  return digestTyped(domain, 'Letter', message);
}

export interface LetterRank {
  readonly version: number;
  readonly hash: Hex;
}

/** Everybody ends with the same one. */
export function isAbove(a: LetterRank, b: LetterRank): boolean {
  return a.version !== b.version ? a.version > b.version : a.hash.toLowerCase() > b.hash.toLowerCase();
}
