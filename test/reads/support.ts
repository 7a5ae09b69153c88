/** A provider that charges for its reads, and readers that pay it by hand. */
import { parseEther } from 'viem';
import type { Hex } from 'viem';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { requestBytes } from '../../offchain/wire/http-client.ts';
import { VOUCHER_HEADER, voucherHeader } from '../../offchain/wire/paid-reads.ts';
import type { ReadVoucher } from '../../offchain/wire/paid-reads.ts';
import { channelsDomain, signTyped } from '../../offchain/wire/typed-data.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

/** At this price a byte costs 2^20 units. */
export const PRICE = 1n << 50n;
export const BYTE = 1n << 20n;

export async function payerOf(holdfast: TestHoldfast, account: number): Promise<Chain> {
  const payer = await holdfast.as(account);
  await buyTokens(payer, { coin: parseEther('1') });
  return payer;
}

export function domainOf(chain: Chain): ReturnType<typeof channelsDomain> {
  return channelsDomain({ chainId: chain.deployment.chainId, channels: chain.deployment.channels as Hex });
}

export async function channelVoucher(chain: Chain, channel: bigint, total: bigint): Promise<ReadVoucher> {
  return { channel, total, signature: await signTyped(chain.account!, domainOf(chain), 'Voucher', { channel, total }) };
}

export async function poolVoucher(chain: Chain, served: { pool: bigint; payee: number; servedBytes: bigint; total: bigint }): Promise<ReadVoucher> {
  const { pool, servedBytes, total } = served;
  return { pool, servedBytes, total, signature: await signTyped(chain.account!, domainOf(chain), 'Served', served) };
}

/** The leaves, without the proof behind them. */
export function readBytes(url: string, options: { voucher?: ReadVoucher; authorization?: string; signal?: AbortSignal } = {}): Promise<Uint8Array> {
  const { voucher, authorization, signal } = options;
  const headers = { ...(voucher === undefined ? {} : { [VOUCHER_HEADER]: voucherHeader(voucher) }), ...(authorization === undefined ? {} : { authorization }) };
  return requestBytes(url, { maxBytes: 8 << 20, headers, signal }).then((reply) => reply.bytes.subarray(0, reply.bytes.length - Number(reply.headers['x-holdfast-proof-bytes'])));
}
