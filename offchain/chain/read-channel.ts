import { isAddressEqual, zeroAddress } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { contractOf } from './contracts-of.ts';
import { channelsAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** A retrieval channel. Amounts are token units. */
export interface ChannelState {
  readonly channel: bigint;
  readonly payer: Address;
  /** Signs the vouchers. */
  readonly signer: Address;
  readonly payee: number;
  /** Shares the fee of what is redeemed; 0 for none. */
  readonly heavy: number;
  /** Unix second from which the payer may take the rest; 0 while the channel is open. */
  readonly closesAt: number;
  readonly deposit: bigint;
  readonly redeemed: bigint;
}

/** Throws NO_SUCH_CHANNEL, NOT_DEPLOYED. */
export async function readChannel(chain: Chain, channel: bigint): Promise<ChannelState> {
  const [payer, signer, payee, heavy, closesAt, deposit, redeemed] = await chain.read({
    address: contractOf(chain, 'channels'),
    abi: channelsAbi,
    functionName: 'channels',
    args: [channel],
  });
  if (isAddressEqual(payer, zeroAddress)) {
    throw new ChainError('NO_SUCH_CHANNEL', `There is no channel ${channel}.`, { details: { channel }, nextStep: 'Check the number: it may have been closed.' });
  }
  return { channel, payer, signer, payee, heavy, closesAt: Number(closesAt), deposit, redeemed };
}

const closing = new WeakMap<Chain, Promise<number>>();

/** How long a payee may still redeem once a payer wants to close; fixed at deployment. */
export function closingSeconds(chain: Chain): Promise<number> {
  const known = closing.get(chain);
  if (known !== undefined) return known;
  const asked = chain.read({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'closingSeconds' }).then(Number);
  closing.set(chain, asked);
  asked.catch(() => closing.delete(chain));
  return asked;
}
