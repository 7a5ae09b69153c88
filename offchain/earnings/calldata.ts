/** What events leave out and transactions say. */
import { decodeFunctionData, toFunctionSelector } from 'viem';
import type { AbiFunction, Address, Hex } from 'viem';
import { actOf } from '../chain/act-of.ts';
import { ChainError } from '../chain/chain-errors.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import type { Chain } from '../chain/types.ts';

/** Rents that a growth added, in slot order: `Grown` has only their sum. */
export async function growthOf(chain: Chain, at: { readonly transaction: Hex; readonly agreement: number }): Promise<bigint[]> {
  for (const { args } of callsOf(chain, await transactionOf(chain, at.transaction), 'grow')) {
    const [agreement, terms, offers] = args as [number, { quota: number }, { price: bigint }[]];
    if (agreement === at.agreement) return offers.map(({ price }) => price * BigInt(terms.quota));
  }
  throw new ChainError('UNREADABLE_GROWTH', `Transaction ${at.transaction} grew agreement ${at.agreement} in a way that cannot be read.`, { details: at, nextStep: 'Its prices are in no event: look at the agreement with holdfast status.' });
}

/** Who is credited the bounty of a replacement: whom the succession names, or who sent it. Undefined where that cannot be read. */
export async function repairerOf(chain: Chain, at: { readonly transaction: Hex; readonly agreement: number; readonly slot: number }): Promise<Address | undefined> {
  const transaction = await transactionOf(chain, at.transaction);
  for (const { args } of callsOf(chain, transaction, 'replace')) {
    const [{ agreement, slot, repairer }] = args as [{ agreement: number; slot: number; repairer: Address }];
    if (agreement !== at.agreement || slot !== at.slot) continue;
    if (BigInt(repairer) !== 0n) return repairer;
    return isToMarket(chain, transaction) ? transaction.from : undefined;
  }
  return undefined;
}

/** Who put up the bond of a challenge: the sender, unless a contract stood between. */
export async function senderOf(chain: Chain, transaction: Hex): Promise<Address | undefined> {
  const sent = await transactionOf(chain, transaction);
  return isToMarket(chain, sent) ? sent.from : undefined;
}

interface Transaction {
  readonly input: Hex;
  readonly from: Address;
  readonly to: Address | null;
}

function transactionOf(chain: Chain, hash: Hex): Promise<Transaction> {
  return chain.ask('a transaction', (client) => client.getTransaction({ hash }));
}

function isToMarket({ deployment }: Chain, { to }: Transaction): boolean {
  return to?.toLowerCase() === deployment.market.toLowerCase();
}

/** Calls of the market's function: the act itself where the market was called, behind its permit or not; else anywhere in the bytes, for a wallet that is a contract wraps them in calls of its own. */
function* callsOf(chain: Chain, transaction: Transaction, functionName: 'grow' | 'replace'): Generator<{ readonly args: readonly unknown[] }> {
  const isDirect = isToMarket(chain, transaction);
  const input = isDirect ? actOf(transaction.input) : transaction.input;
  const selector = toFunctionSelector(marketAbi.find((item) => item.type === 'function' && item.name === functionName) as AbiFunction).slice(2);
  for (let at = input.indexOf(selector, 2); at >= 0; at = input.indexOf(selector, at + 2)) {
    // Whoever calls the market may put any bytes behind the act.
    if (at % 2 !== 0 || (isDirect && at !== 2)) continue;
    try {
      yield { args: decodeFunctionData({ abi: marketAbi, data: `0x${input.slice(at)}` }).args as readonly unknown[] };
    } catch {
      // The same four bytes by chance.
    }
  }
}
