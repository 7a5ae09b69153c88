import { zeroAddress, zeroHash } from 'viem';
import type { Address, Hex } from 'viem';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { channelsAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

export interface ChannelTerms {
  /** The node that is paid. */
  readonly payee: number;
  /** The heavy node that shares the fee; 0 for none. */
  readonly heavy: number;
  /** Deposit in token units. */
  readonly amount: bigint;
  /** Signs the vouchers; the payer itself where absent. */
  readonly signer?: Address | undefined;
  /** keccak-256 of the ContentID that a sponsor pays for; for finding the channel by its event. */
  readonly content?: Hex | undefined;
}

/** Opens a channel to a node with a deposit. */
export async function openChannel(chain: Chain, terms: ChannelTerms): Promise<{ channel: bigint }> {
  const address = contractOf(chain, 'channels');
  const { payee, heavy, amount, signer = zeroAddress, content = zeroHash } = terms;
  const receipt = await spendTokens(chain, { spender: address, amount }, { address, abi: channelsAbi, functionName: 'open', args: [payee, heavy, signer, content, amount] });
  return { channel: eventOf(receipt, channelsAbi, 'Opened').channel };
}

/** Anyone may add `amount` token units to a channel's deposit. */
export async function topUpChannel(chain: Chain, options: { channel: bigint; amount: bigint }): Promise<void> {
  const address = contractOf(chain, 'channels');
  const { channel, amount } = options;
  await spendTokens(chain, { spender: address, amount }, { address, abi: channelsAbi, functionName: 'topUp', args: [channel, amount] });
}
