/** Sends several calls as one transaction of an ordinary account (EIP-7702): what a wallet that promises atomic batches does. */
import { type Address, type Hex, concatHex, numberToHex, size } from 'viem';
import type { PublicClient, WalletClient, Account, Chain, Transport } from 'viem';

export interface Call {
  readonly to: Address;
  readonly data?: Hex | undefined;
  readonly value?: Hex | undefined;
}

/**
 * Takes calls one behind the other (address, 32 bytes of value, 32 bytes of length, data) and makes each; when one fails, all fail with its reason.
 * In words: ptr = 0; while ptr < calldatasize { copy data to 0; call(gas, address, value, 0, length, 0, 0) or revert(returndata); ptr += 84 + length }
 */
const CODE = '0x5f5b36811015603757806034013580826054015f375f5f825f8560140135863560601c5af1602f573d5f5f3e3d5ffd5b016054016001565b00';
/** Returns CODE. */
const INIT = concatHex(['0x60398060095f395ff3', CODE]);

let deployed: { readonly rpc: PublicClient; readonly address: Address } | undefined;

export async function sendAsOne(rpc: PublicClient, wallet: WalletClient<Transport, Chain, Account>, calls: readonly Call[]): Promise<Hex> {
  if (deployed?.rpc !== rpc) {
    const hash = await wallet.sendTransaction({ data: INIT });
    const { contractAddress } = await rpc.waitForTransactionReceipt({ hash });
    if (contractAddress == null) throw new Error('the batch code was not deployed');
    deployed = { rpc, address: contractAddress };
  }
  const authorization = await wallet.signAuthorization({ contractAddress: deployed.address, executor: 'self' });
  const data = concatHex(calls.flatMap(({ to, data: bytes = '0x', value = '0x0' }) => [to, numberToHex(BigInt(value), { size: 32 }), numberToHex(size(bytes), { size: 32 }), bytes]));
  return wallet.sendTransaction({ to: wallet.account.address, data, authorizationList: [authorization], gas: 10_000_000n });
}
