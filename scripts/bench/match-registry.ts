// usage: imported by match.ts: registers thousands of providers on a local chain, many in a block, each with stake of its own.
import { encodeFunctionData } from 'viem';
import type { Hex } from 'viem';
import { approveTokens } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import type { Chain } from '../../offchain/chain/client.ts';
import { registryAbi } from '../../offchain/chain/generated/abi.ts';
import { TIERS } from '../../offchain/chain/node-state.ts';
import { signerAddress } from '../../offchain/wire/typed-data.ts';
import { providerAccount } from './match-keys.ts';

const PER_BLOCK = 80;
const REGIONS = 200;
const STAKE = 10n ** 18n;
const COIN = 10n ** 19n;
const GAS = `0x${(600_000).toString(16)}`;
const GAS_PRICE = `0x${(10n ** 10n).toString(16)}`;

type Call = readonly [method: string, ...params: unknown[]];

/** `chain`: with an account of the development chain, which pays for the stake. Returns the id of the first; the others follow it. */
export async function registerProviders(chain: Chain, options: { readonly rpcUrl: string; readonly count: number; readonly parent: number; readonly url: string }): Promise<number> {
  const { rpcUrl, count, parent, url } = options;
  const { registry } = chain.deployment;
  const payer = signerAddress(chain.account!);
  await buyTokens(chain, { coin: (BigInt(count) * STAKE) / 1_000n + 10n ** 18n });
  await approveTokens(chain, { spender: registry, amount: BigInt(count) * STAKE });
  const first = (await chain.read({ address: registry, abi: registryAbi, functionName: 'nodeCount' })) + 1;
  await rpc(rpcUrl, [['evm_setIntervalMining', 0], ['evm_setAutomine', false]]);
  const transaction = (from: string, data: Hex): Call => ['eth_sendTransaction', { from, to: registry, data, gas: GAS, gasPrice: GAS_PRICE }];
  for (let at = 0; at < count; at += PER_BLOCK) {
    const numbers = Array.from({ length: Math.min(PER_BLOCK, count - at) }, (_, i) => at + i);
    const accounts = numbers.map((number) => ({ number, from: providerAccount(number).address }));
    await rpc(rpcUrl, accounts.flatMap(({ from }): Call[] => [['hardhat_setBalance', from, `0x${COIN.toString(16)}`], ['hardhat_impersonateAccount', from]]));
    await rpc(rpcUrl, accounts.map(({ number, from }) => {
      const args = [TIERS.indexOf('standard'), 1 + (number % REGIONS), parent, from, `${url}/p/${number}`] as const;
      return transaction(from, encodeFunctionData({ abi: registryAbi, functionName: 'register', args }));
    }));
    await rpc(rpcUrl, [['hardhat_mine', '0x1']]);
    await rpc(rpcUrl, numbers.map((number) => transaction(payer, encodeFunctionData({ abi: registryAbi, functionName: 'addStake', args: [first + number, STAKE] }))));
    await rpc(rpcUrl, [['hardhat_mine', '0x1']]);
  }
  await rpc(rpcUrl, [['evm_setAutomine', true], ['evm_setIntervalMining', 1_000]]);
  const registered = (await chain.read({ address: registry, abi: registryAbi, functionName: 'nodeCount' })) + 1 - first;
  if (registered !== count) throw new Error(`${registered} of ${count} providers were registered`);
  return first;
}

async function rpc(url: string, calls: readonly Call[]): Promise<void> {
  const body = JSON.stringify(calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params })));
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answers = (await response.json()) as readonly { readonly error?: { readonly message: string } }[];
  const failed = answers.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`the chain refused: ${failed.error?.message}`);
}
