/** Pays for reads within the policy: identifies the reader where that is free, else sends vouchers along. Answers a 402 by itself. */
import type { Chain } from '../../chain/types.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { ReadQuote, VOUCHER_HEADER, readCost, voucherHeader } from '../../wire/paid-reads.ts';
import type { ReadVoucher } from '../../wire/paid-reads.ts';
import type { Signer } from '../../wire/typed-data.ts';
import { BadQuoteError, ReadPriceError, UnservedReadError } from '../errors.ts';
import { ReadLedger } from './ledger.ts';
import type { ReadPolicy } from './policy.ts';
import { checkQuote, openPurse } from './purse.ts';
import type { Budget, Purse } from './purse.ts';

export type Headers = Readonly<Record<string, string>>;

export interface PayerOptions {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly policy: ReadPolicy;
  /** Headers that say who reads, for a reader that has reads for nothing in this agreement; undefined for a stranger. */
  readonly identify: (agreement: number) => Promise<Headers | undefined>;
  readonly nowMs?: () => number;
}

export interface PaidRead {
  /** The node that is asked. */
  readonly node: number;
  readonly agreement: number;
  /** Of the leaves that are asked for. */
  readonly sizeBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** It is told nothing that says who reads. */
  readonly isStranger?: boolean | undefined;
}

/** One server, as this reader knows it. */
interface Server {
  /** The price of its last quote; undefined as long as it asked for nothing. */
  pricePerGib: bigint | undefined;
  /** Until then it is paid; afterwards one read is tried as a known reader again. */
  paysUntilMs: number;
  purse: Promise<{ readonly purse: Purse; readonly ledger: ReadLedger }> | undefined;
  /** Reads under way, and who waits for one of them to end. */
  underWay: number;
  waiting: (() => void)[];
  /** Vouchers are signed one after the other, so that the newest one is signed once. */
  last: { readonly total: bigint; readonly voucher: Promise<ReadVoucher> } | undefined;
}

interface Prepared {
  readonly headers: Headers;
  /** Token units. */
  readonly cost: bigint;
  readonly shown: 'nothing' | 'identity' | 'voucher';
  /** Where the cost is booked; absent for a read that is not paid. */
  readonly ledger?: ReadLedger;
}

const TRIES = 4;
/** A known reader's free bytes come back with the day. */
const PAY_AGAIN_MS = 30 * 60_000;

export class ReadPayer {
  readonly #options: PayerOptions;
  readonly #servers = new Map<number, Server>();
  readonly #budget: Budget = { deposited: 0n };
  readonly #nowMs: () => number;

  constructor(options: PayerOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /**
   * Runs `send` with what the server wants to see; what it returns counts as served, so it must have verified the bytes.
   * @throws ReadPriceError, ReadBudgetError, UnservedReadError, BadQuoteError; whatever `send` throws
   */
  async read<T>(read: PaidRead, send: (headers: Headers) => Promise<T>): Promise<T> {
    const server = this.#serverOf(read.node);
    for (let attempt = 1; ; attempt++) {
      const { headers, cost, shown, ledger } = await this.#prepare(server, read);
      try {
        const result = await send(headers);
        ledger?.served(cost);
        return result;
      } catch (error) {
        ledger?.failed(cost);
        const quote = quoteOf(error, read.node);
        if (quote === undefined || attempt >= TRIES) throw error;
        if (shown === 'nothing' && (await this.#identify(read)) !== undefined) server.pricePerGib ??= quote.pricePerGib;
        else await this.#answer(server, read, { quote, code: (error as RemoteError).code });
      } finally {
        if (ledger !== undefined) this.#ended(server);
      }
    }
  }

  #serverOf(node: number): Server {
    const known = this.#servers.get(node);
    if (known !== undefined) return known;
    const server: Server = { pricePerGib: undefined, paysUntilMs: -Infinity, purse: undefined, underWay: 0, waiting: [], last: undefined };
    this.#servers.set(node, server);
    return server;
  }

  /** Nothing for a server that asked for nothing; who we are where that may do; else a voucher. */
  async #prepare(server: Server, read: PaidRead): Promise<Prepared> {
    const { pricePerGib } = server;
    if (pricePerGib === undefined) return { headers: {}, cost: 0n, shown: 'nothing' };
    const identity = await this.#identify(read);
    const pays = server.paysUntilMs > this.#nowMs() || identity === undefined;
    if (!pays || server.purse === undefined) return { headers: identity ?? {}, cost: 0n, shown: identity === undefined ? 'nothing' : 'identity' };
    const { purse, ledger } = await server.purse;
    const cost = readCost({ sizeBytes: read.sizeBytes, pricePerGib });
    while (!ledger.reserve(cost, pricePerGib)) {
      if (server.underWay === 0) throw new UnservedReadError({ node: read.node, unserved: ledger.unserved, allowed: ledger.allowed(pricePerGib) });
      await this.#oneEnds(server, read.signal);
    }
    server.underWay += 1;
    try {
      const total = ledger.signed;
      if (total > purse.limit) await purse.grow(total);
      const voucher = await this.#sign(server, purse, total);
      return { headers: { ...identity, [VOUCHER_HEADER]: voucherHeader(voucher) }, cost, shown: 'voucher', ledger };
    } catch (error) {
      ledger.failed(cost);
      this.#ended(server);
      throw error;
    }
  }

  async #identify(read: PaidRead): Promise<Headers | undefined> {
    return read.isStranger === true ? undefined : this.#options.identify(read.agreement);
  }

  #sign(server: Server, purse: Purse, total: bigint): Promise<ReadVoucher> {
    if (server.last?.total === total) return server.last.voucher;
    const voucher = purse.sign(total);
    server.last = { total, voucher };
    voucher.catch(() => (server.last = undefined));
    return voucher;
  }

  /** What a 402 wants, within the policy. */
  async #answer(server: Server, read: PaidRead, { quote, code }: { readonly quote: ReadQuote; readonly code: string }): Promise<void> {
    const { chain, policy, signer } = this.#options;
    const { node } = read;
    checkQuote(chain, node, quote);
    const { pricePerGib } = quote;
    server.pricePerGib = pricePerGib;
    if (pricePerGib > policy.maxPricePerGib) throw new ReadPriceError({ node, pricePerGib, maxPricePerGib: policy.maxPricePerGib });
    server.paysUntilMs = this.#nowMs() + PAY_AGAIN_MS;
    // The chain says which channels are left: a server that lies about it gets no second deposit.
    if (code === 'CHANNEL_CLOSING' || code === 'CHANNEL_UNKNOWN') server.purse = undefined;
    if (server.purse === undefined) {
      const opened = openPurse({ chain, signer, policy, budget: this.#budget, quote }).then((purse) => ({ purse, ledger: new ReadLedger(purse.redeemed) }));
      server.purse = opened;
      opened.catch(() => (server.purse = undefined));
    }
    const { purse, ledger } = await server.purse;
    const { account } = quote;
    if (account === undefined) return;
    const isShown = account.voucher !== undefined && account.voucher.total === account.paid && (await purse.isOurs(account.voucher));
    // Without a voucher of ours it was paid what the chain says, and no more.
    const paid = isShown ? account.paid : purse.redeemed;
    ledger.reconcile({ paid, used: account.used < paid ? account.used : paid });
  }

  #ended(server: Server): void {
    server.underWay -= 1;
    for (const wake of server.waiting.splice(0)) wake();
  }

  async #oneEnds(server: Server, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', abort, { once: true });
      server.waiting.push(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
    signal?.throwIfAborted();
  }
}

/** The quote of a 402; undefined for any other error. @throws BadQuoteError */
function quoteOf(error: unknown, node: number): ReadQuote | undefined {
  if (!(error instanceof RemoteError) || error.remoteStatus !== 402) return undefined;
  const quote = ReadQuote.safeParse(error.details);
  if (quote.success) return quote.data;
  throw new BadQuoteError(node, 'its quote does not have the agreed shape');
}
