/** Takes payment for reads: free quota, then vouchers. Every read is paid before it is served. */
import { contractOf } from '../../chain/contracts-of.ts';
import { closingSeconds } from '../../chain/read-channel.ts';
import { UnavailableError } from '../../wire/http-errors.ts';
import { READ_PIECE_BYTES, chargedBytes, isPoolVoucher, parseVoucher, readCost, servedFor } from '../../wire/paid-reads.ts';
import type { ReadVoucher } from '../../wire/paid-reads.ts';
import { FactWriter } from '../../store/fact-writer.ts';
import { Account } from './account.ts';
import type { Backing } from './account.ts';
import { accountKey, readBacking } from './backing.ts';
import { ContractSigners } from './contract-signers.ts';
import { FreeQuota } from './free-quota.ts';
import { refuse } from './refusals.ts';
import type { QuoteFacts, Why } from './refusals.ts';
import { signedBy } from './signed-by.ts';
import type { Charge, KnownReader, ReadRequest, TillOptions } from './read-request.ts';
import { VoucherStore, loadVouchers } from './voucher-store.ts';

const NOTHING: Charge = { ended: () => undefined };

/** Accounts in memory; each has a deposit on the chain behind it. */
const ACCOUNTS_MAX = 10_000;
/** Questions to the chain at once that strangers can cause. */
const LOOKUPS_MAX = 16;
/** A channel that is not there is not asked for again so soon; a deposit that is short neither. */
const ASK_AGAIN_MS = 2_000;
const FRESH_MAX_MS = 60_000;
/** An agreement has 64 slots: each node counts on this share of a pool that others draw on too. */
const POOL_SHARERS = 64n;
/** What a contract accepted it may refuse at the redemption: pieces that it may owe at once. */
const CONTRACT_PIECES = 64n;

export class Till {
  readonly id: number;
  readonly accounts = new Map<string, Account>();
  readonly vouchers: VoucherStore;
  readonly #options: TillOptions;
  readonly #writer: FactWriter;
  readonly #quota: FreeQuota;
  readonly #contracts: ContractSigners;
  readonly #nowMs: () => number;
  #lookups = 0;

  private constructor(options: TillOptions, facts: FactWriter, quota: FreeQuota) {
    this.id = options.id;
    this.#options = options;
    this.#writer = facts;
    this.#quota = quota;
    this.vouchers = new VoucherStore(facts);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#contracts = new ContractSigners({ chain: options.chain, nowMs: this.#nowMs });
  }

  /** With the vouchers and free bytes of earlier runs. @throws ChainError NOT_DEPLOYED when reads have a price and there are no channels */
  static async open(options: TillOptions): Promise<Till> {
    if (options.pricePerGib > 0n) contractOf(options.chain, 'channels');
    const facts = new FactWriter(options.store);
    const till = new Till(options, facts, await FreeQuota.load(options.store, facts));
    for (const [key, row] of await loadVouchers(options.store)) till.accounts.set(key, new Account(key, row));
    return till;
  }

  /** Resolves when vouchers and free bytes of all reads so far are durable: before the database is closed. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  get isFree(): boolean {
    return this.#options.pricePerGib === 0n;
  }

  /**
   * Charges for a read before it is served.
   * @throws PaymentRequiredError with a quote; BadRequestError for a voucher that is none; UnavailableError while the chain is away
   */
  async charge(read: ReadRequest): Promise<Charge> {
    if (this.isFree) return NOTHING;
    const { sizeBytes } = read;
    const nowSeconds = await this.#options.nowSeconds();
    const reader = await read.identify();
    const bytes = chargedBytes(sizeBytes);
    if (reader !== undefined && this.#quota.take(reader.key, { sizeBytes: bytes, limitBytes: reader.freeBytes, nowSeconds })) {
      return { ended: (sentBytes) => this.#quota.giveBack(reader.key, bytes - chargedBytes(Math.min(sizeBytes, sentBytes))) };
    }
    const freeBytesLeft = reader === undefined ? 0 : this.#quota.left(reader.key, { limitBytes: reader.freeBytes, nowSeconds });
    const refusal = async (why: Why['code'], account?: Account): Promise<Error> => refuse(why, await this.#facts({ sizeBytes, freeBytesLeft, account }));
    const voucher = parseVoucher(read.voucher);
    if (voucher === undefined) throw await refusal('PAYMENT_REQUIRED');
    if (sizeBytes > READ_PIECE_BYTES) throw await refusal('PIECE_TOO_LARGE');
    const account = await this.#accountOf(voucher);
    const why = account === undefined ? 'CHANNEL_UNKNOWN' : await this.#take(account, voucher, sizeBytes);
    if (why !== undefined) throw await refusal(why, account);
    // The newest voucher becomes durable while its piece is on the way; the one before it is.
    await this.#saved(account as Account);
    return { ended: (sentBytes) => this.#giveBack(account as Account, { sizeBytes, sentBytes }) };
  }

  /** Bytes that a reader may still have for nothing today. */
  async freeBytesLeft(reader: KnownReader): Promise<number> {
    return this.#quota.left(reader.key, { limitBytes: reader.freeBytes, nowSeconds: await this.#options.nowSeconds() });
  }

  /** Everything between the last question and the booking happens at once: two reads cannot use one payment. */
  async #take(account: Account, voucher: ReadVoucher, sizeBytes: number): Promise<Why['code'] | undefined> {
    const { pricePerGib } = this.#options;
    const isKnown = account.best !== undefined && account.best.total === voucher.total && account.best.signature === voucher.signature;
    // Older ones too: whoever signed nothing must not use up what others paid.
    if (!isKnown && !(await this.#isSigned(account, voucher))) return 'VOUCHER_WRONG';
    if (voucher.total > (account.backing?.limit ?? 0n)) await this.#refresh(account, voucher, ASK_AGAIN_MS);
    const { backing } = account;
    if (backing === undefined) return 'CHANNEL_UNKNOWN';
    if (backing.closesAt !== 0) return 'CHANNEL_CLOSING';
    const { maxPerMib } = backing;
    if (maxPerMib !== undefined && pricePerGib > maxPerMib * 1024n) return 'POOL_PRICE';
    if (voucher.total > backing.limit) return 'DEPOSIT_SHORT';
    if (isPoolVoucher(voucher) && maxPerMib !== undefined) {
      if (voucher.servedBytes < servedFor({ total: voucher.total, maxPerMib })) return 'VOUCHER_WRONG';
      if (voucher.total - account.redeemed > this.poolShare(backing)) return 'POOL_SHARE';
    }
    if (account.isByContract && voucher.total - account.redeemed > this.contractShare) return 'CONTRACT_SHARE';
    if (voucher.total > (account.best?.total ?? 0n)) account.best = voucher;
    const cost = readCost({ sizeBytes, pricePerGib });
    if (account.used + cost > account.paid) return 'VOUCHER_SHORT';
    account.used += cost;
    return undefined;
  }

  /** What a node lets stand in a pool that others draw on: its share of what is left, and one piece at least. */
  poolShare(backing: Pick<Backing, 'limit' | 'redeemed'>): bigint {
    const share = (backing.limit - backing.redeemed) / POOL_SHARERS;
    const piece = readCost({ sizeBytes: READ_PIECE_BYTES, pricePerGib: this.#options.pricePerGib });
    return share > piece ? share : piece;
  }

  /** What a node lets stand of vouchers that a contract accepted. */
  get contractShare(): bigint {
    return CONTRACT_PIECES * readCost({ sizeBytes: READ_PIECE_BYTES, pricePerGib: this.#options.pricePerGib });
  }

  #giveBack(account: Account, { sizeBytes, sentBytes }: { readonly sizeBytes: number; readonly sentBytes: number }): void {
    if (sentBytes >= sizeBytes) return;
    const { pricePerGib } = this.#options;
    account.used -= readCost({ sizeBytes, pricePerGib }) - readCost({ sizeBytes: sentBytes, pricePerGib });
    this.vouchers.save(account).catch(() => undefined);
  }

  async #saved(account: Account): Promise<void> {
    const before = account.saved;
    account.saved = this.vouchers.save(account);
    // Reported to whoever reads next; a disk that fails for good serves nothing for money.
    account.saved.catch(() => undefined);
    await before;
  }

  async #isSigned(account: Account, voucher: ReadVoucher): Promise<boolean> {
    const { backing } = account;
    if (backing === undefined) return false;
    const by = await signedBy(voucher, { chain: this.#options.chain, payee: this.id, signer: backing.signer, contracts: this.#contracts });
    if (by !== undefined) account.isByContract = by === 'contract';
    return by !== undefined;
  }

  /** Undefined for a channel or pool that does not pay this node, or shares nothing with a heavy node. */
  async #accountOf(voucher: ReadVoucher): Promise<Account | undefined> {
    const key = accountKey(voucher);
    const known = this.accounts.get(key);
    const account = known ?? new Account(key);
    if (known === undefined) {
      if (this.accounts.size >= ACCOUNTS_MAX) this.#makeRoom();
      this.accounts.set(key, account);
    }
    const freshMs = account.backing === undefined ? ASK_AGAIN_MS : await this.#freshMs();
    await this.#refresh(account, voucher, freshMs);
    if (account.backing === undefined || account.backing.heavy === 0) return undefined;
    return account;
  }

  /** Asks the chain unless the answer is younger than `freshMs`. While it is away, what is known goes on for half the closing time. */
  async #refresh(account: Account, voucher: ReadVoucher, freshMs: number): Promise<void> {
    const ageMs = this.#nowMs() - account.readAtMs;
    if (ageMs < freshMs) return;
    if (this.#lookups >= LOOKUPS_MAX) throw new UnavailableError('This node looks up as many channels as it can at once.', { code: 'BUSY', details: { retryAfterSeconds: 1 }, nextStep: 'Wait a moment and ask again.' });
    this.#lookups += 1;
    try {
      const redeemed = account.backing === undefined ? undefined : account.redeemed;
      const backing = await readBacking(this.#options.chain, voucher, { id: this.id, redeemed });
      if (backing === undefined) [account.backing, account.readAtMs] = [undefined, this.#nowMs()];
      else account.learn(backing, this.#nowMs());
    } catch (error) {
      const limitMs = ((await closingSeconds(this.#options.chain).catch(() => 0)) * 1000) / 2;
      if (account.backing === undefined || ageMs > limitMs) throw new UnavailableError('The chain does not answer, so this node cannot check the channel.', { cause: error });
    } finally {
      this.#lookups -= 1;
    }
  }

  async #freshMs(): Promise<number> {
    return Math.min(FRESH_MAX_MS, ((await closingSeconds(this.#options.chain)) * 1000) / 8);
  }

  /** What holds no money can be learned again. */
  #makeRoom(): void {
    for (const [key, account] of this.accounts) {
      if (account.unredeemed > 0n) continue;
      this.accounts.delete(key);
      if (this.accounts.size < ACCOUNTS_MAX) return;
    }
    throw new UnavailableError('This node keeps as many unredeemed channels as it can.', { code: 'BUSY', details: { retryAfterSeconds: 60 } });
  }

  async #facts(read: { readonly sizeBytes: number; readonly freeBytesLeft: number; readonly account: Account | undefined }): Promise<QuoteFacts> {
    const { chain, pricePerGib, heavy } = this.#options;
    return {
      payee: this.id,
      pricePerGib,
      cost: readCost({ sizeBytes: read.sizeBytes, pricePerGib }),
      freeBytesLeft: read.freeBytesLeft,
      channels: contractOf(chain, 'channels'),
      heavy,
      closingSeconds: await closingSeconds(chain),
      account: read.account?.report(),
    };
  }
}
