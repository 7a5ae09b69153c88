/** The letters that one heavy node keeps. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import { creatorNonce } from '../../chain/creator-nonce.ts';
import { BadLetterError, CARD_ID, LETTERS_ON_PAGE, READ_TICKET_SECONDS, checkLetter, isAbove } from '../../wire/letter.ts';
import type { Letter, LetterPage, LetterStored, ReadTicket } from '../../wire/letter.ts';
import { recoverTyped } from '../../wire/typed-data.ts';
import type { HeavyContext } from '../context.ts';
import { createTurns } from '../turns.ts';
import { LetterConflictError, MailboxFullError, NoLetterStandingError, NoSuchLetterError, NotYourMailboxError } from './errors.ts';
import { EXPIRED_PER_ROUND, MAILBOX_LETTERS_MAX, OWN_LETTERS_MAX, SENDER_LETTERS_MAX } from './limits.ts';
import { type LetterPlace, allBytes, countOwn, dropOldest, emptyExpired, letterOf, pageOf, rankOf, sendersOf, writeLetter } from './rows.ts';

export interface Mailbox {
  /** Durable when it returns. @throws BadLetterError, LetterConflictError, NoLetterStandingError, MailboxFullError, RpcUnavailableError */
  put(place: LetterPlace, letter: Letter): Promise<LetterStored>;
  /** A card or a link: for everybody who knows whose it is. @throws NoSuchLetterError */
  open(owner: Address, id: Hex): Promise<Letter>;
  /** @throws NotYourMailboxError */
  page(owner: Address, ticket: ReadTicket | undefined, after: string): Promise<LetterPage>;
  tick(): Promise<void>;
}

export function createMailbox(context: HeavyContext): Mailbox {
  const { chain, store, log, settings } = context;
  const inTurn = createTurns();
  let bytes: number | undefined;

  const mustHaveStanding = async ({ from, kind }: Letter): Promise<void> => {
    if ((await creatorNonce(chain, from)) > 0) return;
    if (kind !== 'grant' && (await chain.ask('the account', (client) => isKnown(client, from)))) return;
    throw new NoLetterStandingError(from, kind);
  };

  /** One sender cannot take the room of the others: where all of it is taken, whoever takes most of it loses his oldest letter. */
  const makeRoom = async ({ to, from }: Letter): Promise<number> => {
    if (isAddressEqual(to, from)) {
      if ((await countOwn(store, to)) >= OWN_LETTERS_MAX) throw new MailboxFullError(`Letters of ${from} to itself`, OWN_LETTERS_MAX);
      return 0;
    }
    const senders = await sendersOf(store, to);
    const mine = senders.find(({ sender }) => sender === from.toLowerCase())?.letters ?? 0;
    if (mine >= SENDER_LETTERS_MAX) throw new MailboxFullError(`Letters of ${from} to ${to}`, SENDER_LETTERS_MAX);
    if (senders.reduce((sum, { letters }) => sum + letters, 0) < MAILBOX_LETTERS_MAX) return 0;
    const [busiest] = senders;
    if (busiest === undefined || busiest.letters <= mine + 1) throw new MailboxFullError(`Letters to ${to}`, MAILBOX_LETTERS_MAX);
    return dropOldest(store, to, busiest.sender);
  };

  const write = async (letter: Letter, hash: Hex): Promise<LetterStored> => {
    const kept = await rankOf(store, letter);
    if (kept?.hash === hash) return { hash, isNew: false };
    if (kept !== undefined && !isAbove({ version: letter.version, hash }, kept)) throw new LetterConflictError(letter.version, kept);
    if (kept === undefined) await mustHaveStanding(letter);
    bytes ??= await allBytes(store);
    if (bytes >= settings.mailbox.maxBytes) throw new MailboxFullError('This node, in bytes', settings.mailbox.maxBytes);
    if (kept === undefined) bytes -= await makeRoom(letter);
    bytes += (await writeLetter(store, letter, { hash, storedAtMs: Date.now() })) - (kept?.sizeBytes ?? 0);
    log.info('mailbox.stored', { to: letter.to, from: letter.from, kind: letter.kind, version: letter.version });
    return { hash, isNew: true };
  };

  return {
    async put(place, letter) {
      const isHere = isAddressEqual(place.to, letter.to) && isAddressEqual(place.from, letter.from) && place.id.toLowerCase() === letter.id.toLowerCase();
      if (!isHere) throw new BadLetterError('it is for another place than it was sent to');
      const { expiry } = letter;
      if (expiry > 0 && expiry <= (await chain.nowSeconds())) throw new BadLetterError('it has expired already');
      const hash = await checkLetter(chain.domain, letter);
      return inTurn(() => write(letter, hash));
    },
    async open(owner, id) {
      const letter = await letterOf(store, { to: owner, from: owner, id }, await chain.nowSeconds());
      // Notes are nobody else's, not even closed ones.
      if (letter === undefined || letter.kind === 'note' || letter.value === '') throw new NoSuchLetterError(id === CARD_ID ? `A card of ${owner}` : `This link of ${owner}`);
      return letter;
    },
    async page(owner, ticket, after) {
      const nowSeconds = await chain.nowSeconds();
      await mustBeOwner(owner, ticket, nowSeconds);
      const { letters, last } = await pageOf(store, owner, { after, limit: LETTERS_ON_PAGE, nowSeconds });
      return { letters, next: last ?? null };
    },
    tick: () =>
      inTurn(async () => {
        const freed = await emptyExpired(store, await chain.nowSeconds(), EXPIRED_PER_ROUND);
        if (bytes !== undefined) bytes -= freed;
      }),
  };

  async function mustBeOwner(owner: Address, ticket: ReadTicket | undefined, nowSeconds: number): Promise<void> {
    if (ticket === undefined) throw new NotYourMailboxError('the request is not signed');
    const { until, signature } = ticket;
    if (until < nowSeconds || until > nowSeconds + 2 * READ_TICKET_SECONDS) throw new NotYourMailboxError('its ticket has expired, or is good for too long');
    const signer = await recoverTyped(chain.domain, 'MailboxRead', { owner, until }, signature).catch(() => undefined);
    if (signer === undefined || !isAddressEqual(signer, owner)) throw new NotYourMailboxError('somebody else signed the request');
  }
}

async function isKnown(client: { getBalance(of: { address: Address }): Promise<bigint>; getTransactionCount(of: { address: Address }): Promise<number> }, address: Address): Promise<boolean> {
  return (await client.getBalance({ address })) > 0n || (await client.getTransactionCount({ address })) > 0;
}
