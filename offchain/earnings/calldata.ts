/** What events leave out and transactions say. */
import { decodeFunctionData, toFunctionSelector } from 'viem';
import type { AbiFunction, Address, Hex } from 'viem';
import { ChainError } from '../chain/chain-errors.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import type { Chain } from '../chain/types.ts';

/** Rents that a growth added, in slot order: `Grown` has only their sum. */
export async function growthOf(chain: Chain, at: { readonly transaction: Hex; readonly agreement: number }): Promise<bigint[]> {
  const { input } = await transactionOf(chain, at.transaction);
  for (const { args } of callsOf(input, 'grow')) {
    const [agreement, terms, offers] = args as [number, { quota: number }, { price: bigint }[]];
    if (agreement === at.agreement) return offers.map(({ price }) => price * BigInt(terms.quota));
  }
  throw new ChainError('UNREADABLE_GROWTH', `Transaction ${at.transaction} grew agreement ${at.agreement} in a way that cannot be read.`, { details: at, nextStep: 'Its prices are in no event: look at the agreement with holdfast status.' });
}

/** Who is credited the bounty of a replacement: whom the succession names, or who sent it. Undefined where that cannot be read. */
export async function repairerOf(chain: Chain, at: { readonly transaction: Hex; readonly agreement: number; readonly slot: number }): Promise<Address | undefined> {
  const { input, from, to } = await transactionOf(chain, at.transaction);
  for (const { args } of callsOf(input, 'replace')) {
    const [{ agreement, slot, repairer }] = args as [{ agreement: number; slot: number; repairer: Address }];
    if (agreement !== at.agreement || slot !== at.slot) continue;
    if (BigInt(repairer) !== 0n) return repairer;
    return to?.toLowerCase() === chain.deployment.market.toLowerCase() ? from : undefined;
  }
  return undefined;
}

/** Who put up the bond of a challenge: the sender, unless a contract stood between. */
export async function senderOf(chain: Chain, transaction: Hex): Promise<Address | undefined> {
  const { from, to } = await transactionOf(chain, transaction);
  return to?.toLowerCase() === chain.deployment.market.toLowerCase() ? from : undefined;
}

function transactionOf(chain: Chain, hash: Hex): Promise<{ input: Hex; from: Address; to: Address | null }> {
  return chain.ask('a transaction', (client) => client.getTransaction({ hash }));
}

/** Calls of the market's function anywhere in the bytes: a wallet that is a contract wraps them in calls of its own. */
function* callsOf(input: Hex, functionName: 'grow' | 'replace'): Generator<{ readonly args: readonly unknown[] }> {
  const selector = toFunctionSelector(marketAbi.find((item) => item.type === 'function' && item.name === functionName) as AbiFunction).slice(2);
  for (let at = input.indexOf(selector, 2); at >= 0; at = input.indexOf(selector, at + 2)) {
    if (at % 2 !== 0) continue;
    try {
      yield { args: decodeFunctionData({ abi: marketAbi, data: `0x${input.slice(at)}` }).args as readonly unknown[] };
    } catch {
      // The same four bytes by chance.
    }
  }
}
