import { concatHex, encodeFunctionData, getAbiItem, numberToHex, pad, toFunctionSelector, type Address, type Hex } from 'viem';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import { sendRaw } from './play-wallet.ts';
import type { Stage } from './stage.ts';

const word = (value: number | bigint): Hex => numberToHex(value, { size: 32 });

export const PERMIT_AND_CALL = toFunctionSelector(getAbiItem({ abi: marketAbi, name: 'permitAndCall' }));

/** What begins like an act behind a permit, and is none: whoever sends such bytes to a contract that makes an event happen must not stop the index. */
const INPUTS: readonly Hex[] = [
  '0x', '0x12', '0x123456', PERMIT_AND_CALL,
  concatHex([PERMIT_AND_CALL, ...Array<Hex>(5).fill(word(1))]),
  concatHex([PERMIT_AND_CALL, ...Array<Hex>(5).fill(word(1)), word(2n ** 256n - 1n)]),
  concatHex([PERMIT_AND_CALL, ...Array<Hex>(5).fill(word(1)), word(6 * 32)]),
  concatHex([PERMIT_AND_CALL, ...Array<Hex>(5).fill(word(1)), word(6 * 32), word(2 ** 31), PERMIT_AND_CALL]),
];

export async function playLies(stage: Stage): Promise<void> {
  const to = await deployTransferer(stage);
  for (const data of INPUTS) await sendRaw(stage.world, { from: stage.stranger, to, data });
}

/** A contract that answers any call by transferring nothing to the caller's treasury: an event, whatever the input. */
async function deployTransferer({ world: { evm, token, treasury } }: Stage): Promise<Address> {
  const data = pad(encodeFunctionData({ abi: token.abi, functionName: 'transfer', args: [treasury.address, 0n] }), { dir: 'right', size: 96 }).slice(2);
  // Three words into memory, a call of the token with the first 68 bytes of them, the end.
  const code = `7f${data.slice(0, 64)}6000527f${data.slice(64, 128)}6020527f${data.slice(128)}6040526000600060446000600073${token.address.slice(2)}5af100`;
  const length = (code.length / 2).toString(16).padStart(4, '0');
  const [from] = await evm.request<Address[]>('eth_accounts', []);
  await evm.request('evm_setNextBlockTimestamp', [evm.now() + 1]);
  const hash = await evm.request<Hex>('eth_sendTransaction', [{ from, data: `0x61${length}600e60003961${length}6000f3${code}` }]);
  await evm.goTo(evm.now() + 2);
  return (await evm.request<{ contractAddress: Address }>('eth_getTransactionReceipt', [hash])).contractAddress;
}
