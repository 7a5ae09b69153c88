import { parseEventLogs } from 'viem';
import type { Hex } from 'viem';
import { expandSignature } from '../wire/compact-signature.ts';
import { contractOf } from './contracts-of.ts';
import { channelsAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Vouchers in one transaction. */
export const VOUCHERS_PER_TRANSACTION = 64;
/**
 * What one voucher may take: two first transfers and a first redemption. The estimate of a node is of no use here: a call that fails
 * inside for want of gas looks like one that succeeded.
 */
const GAS_PER_VOUCHER = 150_000n;
const GAS_BASE = 150_000n;

export interface SignedVoucher {
  readonly channel: bigint;
  /** Total of the channel so far, token units. */
  readonly total: bigint;
  /** 64 bytes (EIP-2098). */
  readonly signature: Hex;
}

export interface Redemption {
  readonly channel: bigint;
  /** Token units in all, and the heavy node's share of them. */
  readonly amount: bigint;
  readonly fee: bigint;
}

/**
 * Redeems the newest vouchers of many channels in as few transactions as they fit into. Anyone may send it; the money goes to the payout
 * addresses. What cannot be redeemed, because its channel is closed for example, is missing in the answer and stops no other.
 */
export async function redeemVouchers(chain: Chain, vouchers: readonly SignedVoucher[]): Promise<Redemption[]> {
  const address = contractOf(chain, 'channels');
  const done: Redemption[] = [];
  for (let at = 0; at < vouchers.length; at += VOUCHERS_PER_TRANSACTION) {
    const part = vouchers.slice(at, at + VOUCHERS_PER_TRANSACTION).map(({ channel, total, signature }) => ({ channel, total, signature: expandSignature(signature) }));
    const gas = GAS_BASE + GAS_PER_VOUCHER * BigInt(part.length);
    const receipt = await chain.send({ address, abi: channelsAbi, functionName: 'redeemEach', args: [part], gas });
    done.push(...parseEventLogs({ abi: channelsAbi, eventName: 'Redeemed', logs: receipt.logs }).map(({ args }) => args));
  }
  return done;
}
