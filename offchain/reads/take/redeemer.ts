/** Turns vouchers into money: many channels in one transaction at payday, one at once when its payer closes it. */
import { ChainError, ContractRevertError } from '../../chain/chain-errors.ts';
import { closingChannels } from '../../chain/channels-of.ts';
import { readChannel } from '../../chain/read-channel.ts';
import { redeemServed } from '../../chain/redeem-served.ts';
import type { SignedServed } from '../../chain/redeem-served.ts';
import { redeemVouchers } from '../../chain/redeem-vouchers.ts';
import type { SignedVoucher } from '../../chain/redeem-vouchers.ts';
import type { Chain } from '../../chain/types.ts';
import { isPoolVoucher } from '../../wire/paid-reads.ts';
import type { Logger } from '../../store/log.ts';
import type { Account } from './account.ts';
import type { Till } from './till.ts';

/** As deep as reorgs go that are noticed here. */
const REORG_BLOCKS = 16n;
const CLOSING_MAX = 100_000;

export class Redeemer {
  readonly #chain: Chain;
  readonly #till: Till;
  readonly #log: Logger;
  readonly #closing = new Set<bigint>();
  #nextBlock: bigint | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly chain: Chain; readonly till: Till; readonly log: Logger }) {
    this.#chain = options.chain;
    this.#till = options.till;
    this.#log = options.log;
  }

  /** Redeems every account with at least `leastUnits` outstanding. Returns token units, the heavy nodes' shares included. */
  redeem(leastUnits = 1n): Promise<bigint> {
    return this.#inTurn(() => this.#redeemThese([...this.#till.accounts.values()].filter((one) => one.unredeemed >= leastUnits)));
  }

  /** Redeems what is in danger: channels that are being closed, pools that others draw on too, and what contracts accepted. */
  watch(): Promise<bigint> {
    return this.#inTurn(async () => {
      const open = [...this.#till.accounts.values()].filter(({ unredeemed }) => unredeemed > 0n);
      if (open.length === 0) return 0n;
      await this.#followClosing();
      const due = open.filter((account) => {
        const { best, backing } = account;
        if (best === undefined) return false;
        if (account.isByContract && account.unredeemed * 2n >= this.#till.contractShare) return true;
        if (!isPoolVoucher(best)) return this.#closing.has(best.channel) || (backing !== undefined && backing.closesAt !== 0);
        return backing === undefined || backing.closesAt !== 0 || account.unredeemed * 2n >= this.#till.poolShare(backing);
      });
      return this.#redeemThese(due);
    });
  }

  /** Notes the channels that somebody began to close; all since the deployment the first time. A voucher may come in after the wish was seen. */
  async #followClosing(): Promise<void> {
    const chain = this.#chain;
    const toBlock = await chain.ask('the latest block', (client) => client.getBlockNumber());
    const fromBlock = this.#nextBlock ?? chain.deployment.fromBlock;
    if (fromBlock > toBlock) return;
    for (const { channel } of await closingChannels(chain, { fromBlock, toBlock })) {
      if (this.#closing.size >= CLOSING_MAX) this.#closing.clear();
      this.#closing.add(channel);
    }
    this.#nextBlock = toBlock > fromBlock + REORG_BLOCKS ? toBlock - REORG_BLOCKS : fromBlock;
  }

  async #redeemThese(accounts: readonly Account[]): Promise<bigint> {
    const channels = new Map<bigint, Account>();
    const pools: Account[] = [];
    for (const account of accounts) {
      if (account.best === undefined) continue;
      if (isPoolVoucher(account.best)) pools.push(account);
      else channels.set(account.best.channel, account);
    }
    return (await this.#redeemChannels(channels)) + (await this.#redeemPools(pools));
  }

  async #redeemChannels(channels: ReadonlyMap<bigint, Account>): Promise<bigint> {
    if (channels.size === 0) return 0n;
    const vouchers = [...channels.values()].map(({ best }) => best as SignedVoucher);
    const done = await redeemVouchers(this.#chain, vouchers);
    let amount = 0n;
    for (const one of done) {
      amount += one.amount;
      const account = channels.get(one.channel);
      const sent = vouchers.find(({ channel }) => channel === one.channel);
      // The newest voucher may have grown meanwhile: what was sent is redeemed.
      if (account !== undefined && sent !== undefined) await this.#note(account, sent.total);
    }
    const redeemed = new Set(done.map(({ channel }) => channel));
    for (const [channel, account] of channels) if (!redeemed.has(channel)) await this.#learn(channel, account);
    this.#log.info('vouchers.redeemed', { channels: done.length, amount });
    return amount;
  }

  /** Redeemed by somebody else already, or closed: then what is outstanding is lost, and said so. @throws RpcUnavailableError */
  async #learn(channel: bigint, account: Account): Promise<void> {
    try {
      const { redeemed } = await readChannel(this.#chain, channel);
      await this.#note(account, redeemed);
    } catch (error) {
      if (!(error instanceof ChainError && error.code === 'NO_SUCH_CHANNEL')) throw error;
      this.#log.error('voucher.lost', { channel, amount: account.unredeemed });
      await this.#note(account, account.paid);
    }
  }

  /** All at once; one by one where a pool of them is closed. */
  async #redeemPools(accounts: readonly Account[]): Promise<bigint> {
    if (accounts.length === 0) return 0n;
    const served = accounts.map((account) => ({ account, voucher: { ...account.best, payee: this.#till.id } as SignedServed }));
    try {
      return await this.#redeemServed(served);
    } catch (error) {
      if (!(error instanceof ContractRevertError)) throw error;
      if (served.length === 1) {
        await this.#note(accounts[0] as Account, (accounts[0] as Account).paid);
        this.#log.error('voucher.lost', { pool: served[0]?.voucher.pool, error });
        return 0n;
      }
    }
    let amount = 0n;
    for (const { account } of served) amount += await this.#redeemPools([account]);
    return amount;
  }

  async #redeemServed(served: readonly { readonly account: Account; readonly voucher: SignedServed }[]): Promise<bigint> {
    const paid = new Map((await redeemServed(this.#chain, served.map(({ voucher }) => voucher))).map(({ pool, amount }) => [pool, amount]));
    let total = 0n;
    for (const { account, voucher } of served) {
      const amount = paid.get(voucher.pool) ?? 0n;
      total += amount;
      // A pool that is empty owes nothing more: what it did not reach for is lost.
      const wanted = voucher.total - account.redeemed;
      if (amount < wanted) this.#log.error('voucher.lost', { pool: voucher.pool, amount: wanted - amount });
      await this.#note(account, voucher.total);
    }
    this.#log.info('pools.redeemed', { pools: served.length, amount: total });
    return total;
  }

  async #note(account: Account, redeemed: bigint): Promise<void> {
    account.redeemed = redeemed;
    account.readAtMs = -Infinity;
    await this.#till.vouchers.save(account);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
