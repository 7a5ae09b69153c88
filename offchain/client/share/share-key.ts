/** The key that others wrap grants to: it follows from the wallet, and a signed card says whose it is. */
import { bytesToHex, hexToBytes, isAddress, isAddressEqual, isHex } from 'viem';
import type { Address, Hex } from 'viem';
import { isWeakKey, publicKeyOf } from '../../codec/grant-box.ts';
import { CARD_ID, Letter, checkLetter } from '../../wire/letter.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import type { PublicReader } from '../named/public-reader.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { type Book, openBook } from './book.ts';
import { BadRecipientError, NoShareKeyError } from './errors.ts';
import { decodeText, encodeText } from './letter-text.ts';
import { readOpenLetter } from './mailbox.ts';
import type { Recipient } from './records.ts';

const CARD_PREFIX = 'holdfast-card:';

export interface ShareKey {
  readonly address: Address;
  readonly publicKey: Hex;
  /** The signed card as one line, for those who cannot look it up. */
  readonly card: string;
}

/** Tells the heavy nodes the wallet's key to share with. Does nothing where they have it already. @throws WrongKeyError when another key made that one, and what is stored */
export function publishShareKey(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ShareKey> {
  return abortable('Publishing the key to share with', options.signal, async () => ownCard(client, await openBook(client, options.signal)));
}

export async function ownCard(client: Client, book: Book): Promise<ShareKey> {
  const { exchange } = await client.secrets.sharing();
  const publicKey = bytesToHex(publicKeyOf(exchange));
  const known = book.letter({ from: client.creator, id: CARD_ID });
  // Another key made that card. Where something is stored, only the key that opens it may put its own in that place: what others share would be lost for the right one.
  if (known !== undefined && known.value !== publicKey) await syncCatalog(client);
  const letter = known?.value === publicKey ? known : await book.write({ kind: 'card', id: CARD_ID, value: publicKey });
  return { address: client.creator, publicKey, card: await encodeText(client.platform, CARD_PREFIX, letter) };
}

/** What its owner signed, whoever told it. @throws NoShareKeyError, BadRecipientError, NoHolderAnsweredError */
export async function findShareKey(reader: PublicReader, address: Address, signal?: AbortSignal): Promise<Uint8Array> {
  const letter = await readOpenLetter(reader, address, `/letters/${address}/card`, signal);
  if (letter === undefined || letter.kind !== 'card') throw new NoShareKeyError(address);
  return hexToBytes(usableKey(address, letter.value));
}

/** An address, or a card. A card is believed as far as it is signed. @throws BadRecipientError */
export async function parseRecipient({ chain, platform }: Pick<PublicReader, 'chain' | 'platform'>, text: string): Promise<Recipient> {
  if (isAddress(text, { strict: false })) return { address: text };
  const json = await decodeText(platform, CARD_PREFIX, text);
  const letter = Letter.safeParse(json).data;
  if (letter === undefined || letter.kind !== 'card') throw new BadRecipientError(text, 'it is neither an address nor a card');
  await checkLetter(chain.domain, letter).catch((error: unknown) => {
    throw new BadRecipientError(text, error instanceof Error ? error.message : String(error));
  });
  if (!isAddressEqual(letter.from, letter.to)) throw new BadRecipientError(text, 'the card is not of the one who signed it');
  return { address: letter.from, publicKey: usableKey(letter.from, letter.value) };
}

function usableKey(address: Address, value: string): Hex {
  if (!isHex(value) || value.length !== 66 || isWeakKey(hexToBytes(value))) throw new BadRecipientError(address, 'the key on its card is none that hides anything');
  return value;
}
