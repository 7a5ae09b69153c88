/** Where vouchers come from: a channel to one server, or a sponsor's pool. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { channelsOf } from '../../chain/channels-of.ts';
import { contractOf } from '../../chain/contracts-of.ts';
import { openChannel, topUpChannel } from '../../chain/open-channel.ts';
import { readChannel } from '../../chain/read-channel.ts';
import { readPool } from '../../chain/read-pool.ts';
import type { Chain } from '../../chain/types.ts';
import { isPoolVoucher, readCost, servedFor } from '../../wire/paid-reads.ts';
import type { ReadQuote, ReadVoucher } from '../../wire/paid-reads.ts';
import { channelsDomain, recoverTyped, signTyped, signerAddress } from '../../wire/typed-data.ts';
import type { Signer } from '../../wire/typed-data.ts';
import { BadQuoteError, ReadBudgetError, ReadPriceError } from '../errors.ts';
import type { ReadPolicy } from './policy.ts';

export interface Purse {
  /** Totals that vouchers may reach. */
  readonly limit: bigint;
  /** What was redeemed when the purse was opened. */
  readonly redeemed: bigint;
  sign(total: bigint): Promise<ReadVoucher>;
  /** Whether a voucher that the server shows is ours. */
  isOurs(voucher: ReadVoucher): Promise<boolean>;
  /** Makes room for `total`. @throws ReadBudgetError */
  grow(total: bigint): Promise<void>;
}

/** Counts deposits over all servers. */
export interface Budget {
  deposited: bigint;
}

export interface PurseOptions {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly policy: ReadPolicy;
  readonly budget: Budget;
  readonly quote: ReadQuote;
}

/** Totals are 128 bits wide. */
const MAX_TOTAL = (1n << 128n) - 1n;

export async function openPurse(options: PurseOptions): Promise<Purse> {
  return options.policy.pool === undefined ? channelPurse(options) : poolPurse(options, options.policy.pool);
}

async function channelPurse({ chain, signer, policy, budget, quote }: PurseOptions): Promise<Purse> {
  const own = signerAddress(signer);
  const node = quote.payee;
  /** Books a deposit before it is sent; one that fails does not count. */
  const deposit = async (need: bigint, send: (amount: bigint) => Promise<void>): Promise<void> => {
    const usual = readCost({ sizeBytes: policy.depositBytes, pricePerGib: quote.pricePerGib });
    const amount = need > usual ? need : usual;
    if (!policy.opensChannels) throw new ReadBudgetError(node, 'there is no open channel to it with enough deposit, and none may be opened');
    if (budget.deposited + amount > policy.maxDeposits) throw new ReadBudgetError(node, 'all deposits together would be above their limit', { deposited: String(budget.deposited), maxDeposits: String(policy.maxDeposits) });
    budget.deposited += amount;
    try {
      await send(amount);
    } catch (error) {
      budget.deposited -= amount;
      throw error;
    }
  };
  const domain = domainOf(chain);
  const existing = (await channelsOf(chain, { payer: own, payee: node })).filter((one) => one.closesAt === 0 && one.heavy !== 0 && isAddressEqual(one.signer, own)).at(-1);
  let channel = existing?.channel ?? 0n;
  let limit = existing?.deposit ?? 0n;
  if (existing === undefined) {
    await deposit(quote.cost, async (amount) => {
      ({ channel } = await openChannel(chain, { payee: node, heavy: quote.heavy, amount }));
      limit = amount;
    });
  }
  const topUp = async (total: bigint): Promise<void> => {
    if (total <= limit) return;
    const now = await readChannel(chain, channel);
    limit = now.deposit;
    if (now.closesAt !== 0) throw new ReadBudgetError(node, `channel ${channel} is being closed`);
    if (total <= limit) return;
    await deposit(total - limit, async (amount) => {
      await topUpChannel(chain, { channel, amount });
      limit += amount;
    });
  };
  let growing: Promise<void> = Promise.resolve();
  return {
    get limit() {
      return limit;
    },
    redeemed: existing?.redeemed ?? 0n,
    sign: async (total) => ({ channel, total, signature: await signTyped(signer, domain, 'Voucher', { channel, total }) }),
    isOurs: async (voucher) => !isPoolVoucher(voucher) && voucher.channel === channel && signedBy(own, () => recoverTyped(domain, 'Voucher', { channel, total: voucher.total }, voucher.signature)),
    grow(total) {
      // One top-up at a time: it usually suffices for all who wait.
      growing = growing.catch(() => undefined).then(() => topUp(total));
      return growing;
    },
  };
}

async function poolPurse({ chain, signer, quote }: PurseOptions, pool: bigint): Promise<Purse> {
  const own = signerAddress(signer);
  const payee = quote.payee;
  const domain = domainOf(chain);
  const { maxPerMib, closesAt, signer: poolSigner } = await readPool(chain, pool);
  if (!isAddressEqual(poolSigner, own)) throw new ReadBudgetError(payee, `${poolSigner} signs for pool ${pool}, not ${own}`);
  if (closesAt !== 0) throw new ReadBudgetError(payee, `pool ${pool} is being closed`);
  if (quote.pricePerGib > maxPerMib * 1024n) throw new ReadPriceError({ node: payee, pricePerGib: quote.pricePerGib, maxPricePerGib: maxPerMib * 1024n });
  return {
    // How much of what is left is for this server, the server itself knows best.
    limit: MAX_TOTAL,
    redeemed: 0n,
    async sign(total) {
      const servedBytes = servedFor({ total, maxPerMib });
      return { pool, servedBytes, total, signature: await signTyped(signer, domain, 'Served', { pool, payee, servedBytes, total }) };
    },
    isOurs: async (voucher) =>
      isPoolVoucher(voucher) && voucher.pool === pool && signedBy(own, () => recoverTyped(domain, 'Served', { pool, payee, servedBytes: voucher.servedBytes, total: voucher.total }, voucher.signature)),
    grow: async (total) => {
      throw new ReadBudgetError(payee, `pool ${pool} is used up`, { total: String(total) });
    },
  };
}

function domainOf(chain: Chain): ReturnType<typeof channelsDomain> {
  return channelsDomain({ chainId: chain.deployment.chainId, channels: contractOf(chain, 'channels') });
}

async function signedBy(address: Address, recover: () => Promise<Address>): Promise<boolean> {
  try {
    return isAddressEqual(await recover(), address);
  } catch {
    return false;
  }
}

/** @throws BadQuoteError for a quote of another deployment or another node than was asked */
export function checkQuote(chain: Chain, node: number, quote: ReadQuote): void {
  if (quote.payee !== node) throw new BadQuoteError(node, `it names node ${quote.payee} as the one to pay`);
  if (!isAddressEqual(quote.channels, contractOf(chain, 'channels'))) throw new BadQuoteError(node, `its channels are those of ${quote.channels}`);
  if (quote.heavy === 0) throw new BadQuoteError(node, 'it names no heavy node');
}
