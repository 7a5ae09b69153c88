import type { ChannelState } from '../chain/read-channel.ts';
import type { PoolState } from '../chain/read-pool.ts';
import { formatAmount } from './units.ts';

function closing(closesAt: number): string {
  return closesAt === 0 ? '' : `; closing, the rest can be taken from ${new Date(closesAt * 1000).toISOString()} on`;
}

export function channelLines({ channel, payee, deposit, redeemed, closesAt }: ChannelState): string[] {
  return [`Channel ${channel} pays node ${payee}: ${formatAmount(deposit)} tokens deposited, ${formatAmount(redeemed)} of them redeemed${closing(closesAt)}.`];
}

export function poolLines({ pool, content, signer, maxPerMib, left, closesAt }: PoolState): string[] {
  return [
    `Pool ${pool} pays ${formatAmount(maxPerMib)} tokens per MiB at most for the readers of ${content}: ${formatAmount(left)} tokens are left${closing(closesAt)}.`,
    `${signer} says how much was served.`,
  ];
}
