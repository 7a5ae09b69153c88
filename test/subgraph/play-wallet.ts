import { concatHex, encodeFunctionData, maxUint256, numberToHex, size, slice, toFunctionSelector, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { propose } from '../support/contracts/agreements.ts';
import type { Contract } from '../support/contracts/evm.ts';
import { MILLI, TOKEN, type World } from '../support/contracts/world.ts';
import type { Stage } from './stage.ts';

/** A wallet that is a contract: its calls lie within another one's input, or in no input at all. */
export interface ContractWallet {
  readonly address: Address;
  call(to: Contract, name: string, args: readonly unknown[]): Promise<unknown>;
  /** The call was put down in an earlier transaction; this one says nothing of it. */
  callUnread(to: Contract, name: string, args: readonly unknown[]): Promise<unknown>;
}

export async function deployWallet({ world }: Stage): Promise<ContractWallet> {
  const { evm, token, market, treasury } = world;
  const wallet = await evm.deploy('ReenteringTreasury');
  const dataOf = (to: Contract, name: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: to.abi, functionName: name, args });
  const call = (to: Contract, name: string, args: readonly unknown[]) => sendRaw(world, { from: treasury.address, to: wallet.address, data: acting(to.address, dataOf(to, name, args), typeof args[0] === 'number' ? args[0] : 0) });
  await evm.send(treasury.address, token, 'transfer', [wallet.address, 1_000n * TOKEN]);
  await call(token, 'approve', [market.address, maxUint256]);
  return {
    address: wallet.address, call,
    async callUnread(to, name, args) {
      await evm.send(treasury.address, wallet, 'arm', [to.address, dataOf(to, name, args)]);
      await sendRaw(world, { from: treasury.address, to: wallet.address, value: numberToHex(1) });
      if (!(await evm.read<boolean>(wallet, 'succeeded'))) throw new Error(`${name} failed inside of the wallet`);
    },
  };
}

/** Rents that the wallet's input says, and even ones, that it does not. */
export async function playWallet(stage: Stage, wallet: ContractWallet): Promise<void> {
  const { world, providers } = stage;
  const { evm, market } = world;
  // Providers sign for an address; nothing here is signed by the creator.
  const creator = { address: wallet.address } as PrivateKeyAccount;
  const offered = (options: { quota: number; price: readonly bigint[] | bigint }) => propose(world, { creator, providers: [3, 5, 6, 7].map((index) => providers[index]!), ...options });
  const opened = await offered({ quota: 3, price: MILLI });
  await wallet.call(market, 'open', [opened.terms, opened.offers, maxUint256]);
  const id = await evm.read<number>(market, 'agreementCount');
  const grown = await offered({ quota: 2, price: [MILLI, MILLI + 3n, 2n * MILLI, MILLI + 1n] });
  await wallet.call(market, 'grow', [id, grown.terms, grown.offers, maxUint256]);
  const again = await offered({ quota: 1, price: MILLI + 7n });
  await wallet.callUnread(market, 'grow', [id, again.terms, again.offers, maxUint256]);
}

const ACT = toFunctionSelector('function act(address to, bytes data)');

/** A call of the wallet's `act`, with bytes between its arguments that look like the call within and are none: of another thing, and with a list of another length. */
function acting(to: Address, data: Hex, id: number): Hex {
  const word = (value: number | bigint): Hex => numberToHex(value, { size: 32 });
  const lies = concatHex([slice(data, 0, 4), ...Array<Hex>(12).fill(word(999)), slice(data, 0, 4), word(id), ...Array<Hex>(9).fill(word(0)), word(11 * 32), word(99)]);
  return concatHex([ACT, word(BigInt(to)), word(2 * 32 + size(lies)), lies, word(size(data)), data]);
}

/** Any bytes to anybody, by whom they are taken. */
export async function sendRaw({ evm }: World, call: { readonly from: Address; readonly to: Address; readonly data?: Hex; readonly value?: Hex }): Promise<void> {
  await evm.admit(call.from);
  await evm.request('evm_setNextBlockTimestamp', [evm.now() + 1]);
  const hash = await evm.request<Hex>('eth_sendTransaction', [{ ...call, gas: numberToHex(3_000_000) }]);
  const { status } = await evm.request<{ status: Hex }>('eth_getTransactionReceipt', [hash]);
  if (status !== '0x1') throw new Error(`${call.to} did not take ${call.data ?? 'coins'}`);
  await evm.goTo(evm.now() + 2);
}
