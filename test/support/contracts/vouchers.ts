import type { Address, Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';

export interface Voucher {
  readonly channel: bigint;
  /** Total of the channel so far, token units. */
  readonly total: bigint;
  readonly signature: Hex;
}

const FIELDS = [{ name: 'channel', type: 'uint256' }, { name: 'total', type: 'uint128' }] as const;

/** What a reader hands out for bytes, for one deployment of Channels. */
export async function signVoucher(
  by: { readonly signer: PrivateKeyAccount; readonly chainId: number; readonly channels: Address },
  message: { readonly channel: bigint; readonly total: bigint },
): Promise<Voucher> {
  const signature = await by.signer.signTypedData({
    domain: { name: 'Holdfast Channels', version: '1', chainId: by.chainId, verifyingContract: by.channels },
    types: { Voucher: FIELDS },
    primaryType: 'Voucher',
    message,
  });
  return { ...message, signature };
}

const SERVED_FIELDS = [{ name: 'pool', type: 'uint256' }, { name: 'payee', type: 'uint32' }, { name: 'servedBytes', type: 'uint64' }, { name: 'total', type: 'uint128' }] as const;

/** What the signer of a pool says that a node served so far. */
export async function signServed(
  by: { readonly signer: PrivateKeyAccount; readonly chainId: number; readonly channels: Address },
  message: { readonly pool: bigint; readonly payee: number; readonly servedBytes: bigint; readonly total: bigint },
) {
  const signature = await by.signer.signTypedData({
    domain: { name: 'Holdfast Channels', version: '1', chainId: by.chainId, verifyingContract: by.channels },
    types: { Served: SERVED_FIELDS },
    primaryType: 'Served',
    message,
  });
  return { ...message, signature };
}
