/** Channels and pools as the chain has them. */
import { ChainError } from '../../chain/chain-errors.ts';
import { readChannel } from '../../chain/read-channel.ts';
import { readPool } from '../../chain/read-pool.ts';
import { paidFromPool } from '../../chain/redeem-served.ts';
import type { Chain } from '../../chain/types.ts';
import { isPoolVoucher } from '../../wire/paid-reads.ts';
import type { ReadVoucher } from '../../wire/paid-reads.ts';
import type { Backing } from './account.ts';

export function accountKey(voucher: ReadVoucher): string {
  return isPoolVoucher(voucher) ? `pool/${voucher.pool}` : `channel/${voucher.channel}`;
}

/** Undefined where there is none, or it pays another node. @throws RpcUnavailableError */
export async function readBacking(chain: Chain, voucher: ReadVoucher, own: { readonly id: number; readonly redeemed: bigint | undefined }): Promise<Backing | undefined> {
  try {
    return isPoolVoucher(voucher) ? await poolBacking(chain, voucher.pool, own) : await channelBacking(chain, voucher.channel, own.id);
  } catch (error) {
    if (error instanceof ChainError && (error.code === 'NO_SUCH_CHANNEL' || error.code === 'NO_SUCH_POOL')) return undefined;
    throw error;
  }
}

async function channelBacking(chain: Chain, channel: bigint, id: number): Promise<Backing | undefined> {
  const { signer, payee, heavy, closesAt, deposit, redeemed } = await readChannel(chain, channel);
  return payee === id ? { signer, heavy, closesAt, limit: deposit, redeemed } : undefined;
}

/** All nodes share what is left of a pool. */
async function poolBacking(chain: Chain, pool: bigint, own: { readonly id: number; readonly redeemed: bigint | undefined }): Promise<Backing> {
  const { signer, heavy, closesAt, left, maxPerMib } = await readPool(chain, pool);
  const redeemed = own.redeemed ?? (await paidFromPool(chain, { pool, payee: own.id }));
  return { signer, heavy, closesAt, limit: redeemed + left, redeemed, maxPerMib };
}
