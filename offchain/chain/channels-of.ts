import type { Address } from 'viem';
import { getAbiItem } from 'viem';
import { contractOf } from './contracts-of.ts';
import { channelsAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import { readChannel } from './read-channel.ts';
import type { ChannelState } from './read-channel.ts';
import type { Chain } from './types.ts';

const OPENED = getAbiItem({ abi: channelsAbi, name: 'Opened' });
const CLOSED = getAbiItem({ abi: channelsAbi, name: 'Closed' });
const CLOSING = getAbiItem({ abi: channelsAbi, name: 'Closing' });

/** The channels of a payer or a payee that are not closed, oldest first. */
export async function channelsOf(chain: Chain, of: { payer?: Address | undefined; payee?: number | undefined }): Promise<ChannelState[]> {
  const address = contractOf(chain, 'channels');
  const args = { ...(of.payer === undefined ? {} : { payer: of.payer }), ...(of.payee === undefined ? {} : { payee: of.payee }) };
  const opened = (await readLogs(chain, { event: OPENED, args, address })).map((log) => log.args.channel);
  if (opened.length === 0) return [];
  const closed = new Set((await readLogs(chain, { event: CLOSED, args: { channel: opened }, address })).map((log) => log.args.channel));
  return Promise.all(opened.filter((channel) => !closed.has(channel)).map((channel) => readChannel(chain, channel)));
}

/** The channels that somebody began to close in these blocks. */
export async function closingChannels(chain: Chain, range: { fromBlock: bigint; toBlock: bigint }): Promise<{ channel: bigint; closesAt: number }[]> {
  const logs = await readLogs(chain, { event: CLOSING, address: contractOf(chain, 'channels'), ...range });
  return logs.map((log) => ({ channel: log.args.channel, closesAt: Number(log.args.closesAt) }));
}
