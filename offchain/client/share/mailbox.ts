/** Letters at the heavy nodes: what several of them say is checked and put together, so one that lies or lags changes nothing. */
import type { Address, Hex } from 'viem';
import { isAddressEqual } from 'viem';
import { toBase64 } from '../../codec/base64.ts';
import { utf8 } from '../../codec/bytes.ts';
import { requestJson } from '../../wire/http-client.ts';
import { BadLetterError, LETTERS_PAGE_BYTES, Letter, LetterPage, LetterStored, type LetterRank, READ_TICKET_SECONDS, checkLetter, isAbove, mailboxKey } from '../../wire/letter.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { signTyped } from '../../wire/typed-data.ts';
import type { Client } from '../client.ts';
import { type Holder, type HolderAnswers, askHolders } from '../named/ask-holders.ts';
import type { PublicReader } from '../named/public-reader.ts';

export interface KnownLetter extends LetterRank {
  readonly letter: Letter;
}

const TIMEOUT_MS = 15_000;
/** A holder cannot send pages for ever: own letters and foreign ones, and as many that have expired. */
const PAGES_MAX = 400;

export function letterKey({ from, id }: { readonly from: Address; readonly id: Hex }): string {
  return `${from.toLowerCase()} ${id.toLowerCase()}`;
}

export async function knownLetter({ chain }: Pick<PublicReader, 'chain'>, letter: Letter): Promise<KnownLetter> {
  return { letter, version: letter.version, hash: await checkLetter(chain.domain, letter) };
}

/** The highest of each key. */
export function highest(letters: Iterable<KnownLetter>): Map<string, KnownLetter> {
  const found = new Map<string, KnownLetter>();
  for (const one of letters) {
    const before = found.get(letterKey(one.letter));
    if (before === undefined || isAbove(one, before)) found.set(letterKey(one.letter), one);
  }
  return found;
}

/** Gives it to the recipient's holders. How many took it: at least a majority of them. @throws NoHolderAnsweredError */
export async function sendLetter(reader: PublicReader, letter: Letter, signal?: AbortSignal): Promise<number> {
  const { to } = letter;
  const { answers } = await askHolders(reader, `the letters of ${to}`, mailboxKey(to), (holder, scope) => putLetter(holder, letter, scope), signal);
  return answers.length;
}

export async function putLetter({ url }: Holder, letter: Letter, signal?: AbortSignal): Promise<LetterStored> {
  const { to, from, id } = letter;
  return requestJson(`${url}/letters/${to}/${from}/${id}`, { method: 'PUT', body: letter, schema: LetterStored, timeoutMs: TIMEOUT_MS, signal });
}

/** A card or a link, the highest that any holder has; what is not the owner's is no answer. @throws NoHolderAnsweredError */
export async function readOpenLetter(reader: PublicReader, owner: Address, path: string, signal?: AbortSignal): Promise<Letter | undefined> {
  const { answers } = await askHolders(reader, `the letters of ${owner}`, mailboxKey(owner), ({ url }, scope) => openLetterAt(reader, `${url}${path}`, owner, scope), signal);
  return [...highest(answers.flatMap(({ answer }) => answer ?? [])).values()][0]?.letter;
}

/** Undefined: this node has none. @throws BadLetterError */
export async function openLetterAt(reader: Pick<PublicReader, 'chain'>, url: string, owner: Address, signal?: AbortSignal): Promise<KnownLetter | undefined> {
  try {
    const letter = await requestJson(url, { schema: Letter, maxBytes: LETTERS_PAGE_BYTES, timeoutMs: TIMEOUT_MS, signal });
    if (!isAddressEqual(letter.from, owner) || !isAddressEqual(letter.to, owner)) throw new BadLetterError(`it is not of ${owner}`);
    return await knownLetter(reader, letter);
  } catch (error) {
    if (error instanceof RemoteError && error.remoteStatus === 404) return undefined;
    throw error;
  }
}

/** Shown again until it is about to end: a wallet asks its owner for each signature. */
const tickets = new WeakMap<Client, { readonly until: number; readonly text: Promise<string> }>();
const TICKET_MARGIN_SECONDS = 60;

async function ticketOf(client: Client): Promise<string> {
  const { creator, chain, signer } = client;
  const nowSeconds = Math.floor(await chain.nowSeconds());
  const known = tickets.get(client);
  if (known !== undefined && known.until - nowSeconds > TICKET_MARGIN_SECONDS && known.until <= nowSeconds + READ_TICKET_SECONDS) return known.text;
  const until = nowSeconds + READ_TICKET_SECONDS;
  const text = signTyped(signer, chain.domain, 'MailboxRead', { owner: creator, until }).then((signature) => toBase64(utf8(JSON.stringify({ owner: creator, until, signature }))));
  const mine = { until, text };
  tickets.set(client, mine);
  // Whoever declined may be asked again.
  text.catch(() => tickets.get(client) === mine && tickets.delete(client));
  return text;
}

/** All letters to the client, by holder. Those that are not what they say are left out. @throws NoHolderAnsweredError */
export async function readMailbox(client: Client, signal?: AbortSignal): Promise<HolderAnswers<readonly KnownLetter[]>> {
  const { creator } = client;
  const headers = { authorization: `Mailbox ${await ticketOf(client)}` };
  return askHolders(client, 'your letters', mailboxKey(creator), async ({ url }, scope) => {
    const letters: KnownLetter[] = [];
    let after = '';
    for (let page = 0; page < PAGES_MAX; page++) {
      const reply = await requestJson(`${url}/letters/${creator}?after=${encodeURIComponent(after)}`, { schema: LetterPage, headers, maxBytes: LETTERS_PAGE_BYTES, timeoutMs: TIMEOUT_MS, signal: scope });
      for (const letter of reply.letters) {
        const known = isAddressEqual(letter.to, creator) ? await knownLetter(client, letter).catch(() => undefined) : undefined;
        if (known !== undefined) letters.push(known);
      }
      if (reply.next === null) break;
      after = reply.next;
    }
    return letters;
  }, signal);
}
