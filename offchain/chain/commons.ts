/** Pools of those who keep a locked agreement alive together. Amounts are token units. */
import type { Address, Hex } from 'viem';
import { getAbiItem } from 'viem';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { packConsents } from './extend-agreement.ts';
import type { SlotConsent } from './extend-agreement.ts';
import { commonsAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

export interface PoolState {
  readonly agreement: number;
  /** The pool that pays now. */
  readonly round: number;
  /** What is in it. */
  readonly tokens: bigint;
  /** What waits in the next one, which pays once this one cannot. */
  readonly waiting: bigint;
}

/** One member's part of an agreement's pools. */
export interface PoolShare {
  /** Rounds in which there is one. */
  readonly rounds: readonly number[];
  readonly worth: bigint;
}

/** Rounds begin years apart: older ones than these are found by their number only. */
const ROUNDS_READ = 8;
const JOINED = getAbiItem({ abi: commonsAbi, name: 'Joined' });

/** Throws NOT_DEPLOYED. */
export async function readPool(chain: Chain, agreement: number): Promise<PoolState> {
  const where = { address: contractOf(chain, 'commons'), abi: commonsAbi } as const;
  const round = await chain.read({ ...where, functionName: 'roundOf', args: [agreement] });
  const [[tokens], [waiting]] = await Promise.all([
    chain.read({ ...where, functionName: 'pools', args: [agreement, round] }),
    chain.read({ ...where, functionName: 'pools', args: [agreement, round + 1] }),
  ]);
  return { agreement, round, tokens, waiting };
}

export async function readPoolShare(chain: Chain, options: { agreement: number; member: Address }): Promise<PoolShare> {
  const { agreement, member } = options;
  const where = { address: contractOf(chain, 'commons'), abi: commonsAbi } as const;
  const last = (await chain.read({ ...where, functionName: 'roundOf', args: [agreement] })) + 1;
  const asked = Array.from({ length: Math.min(ROUNDS_READ, last + 1) }, (_, i) => last - i);
  const parts = await Promise.all(asked.map(async (round) => ({
    round,
    shares: await chain.read({ ...where, functionName: 'sharesOf', args: [agreement, round, member] }),
    worth: await chain.read({ ...where, functionName: 'worthOf', args: [agreement, round, member] }),
  })));
  const held = parts.filter(({ shares }) => shares > 0n);
  return { rounds: held.map(({ round }) => round).sort((a, b) => a - b), worth: held.reduce((sum, { worth }) => sum + worth, 0n) };
}

/** Puts `amount` token units into the pool that pays. */
export async function joinPool(chain: Chain, options: { agreement: number; amount: bigint }): Promise<{ round: number; transactionHash: Hex }> {
  const { agreement, amount } = options;
  const address = contractOf(chain, 'commons');
  const receipt = await spendTokens(chain, { spender: address, amount }, { address, abi: commonsAbi, functionName: 'join', args: [agreement, amount] });
  return { round: eventOf(receipt, commonsAbi, 'Joined').round, transactionHash: receipt.transactionHash };
}

/** Takes back what is left of one's own. */
export async function quitPool(chain: Chain, options: { agreement: number; round: number }): Promise<{ amount: bigint; transactionHash: Hex }> {
  const { agreement, round } = options;
  const receipt = await chain.send({ address: contractOf(chain, 'commons'), abi: commonsAbi, functionName: 'quit', args: [agreement, round] });
  return { amount: eventOf(receipt, commonsAbi, 'Left').amount, transactionHash: receipt.transactionHash };
}

/** Extends by one period out of the pool. `consents`: one of each occupied slot. Anybody may. */
export async function payFromPool(chain: Chain, options: { agreement: number; consents: readonly SlotConsent[] }): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const { agreement, consents } = options;
  const receipt = await chain.send({ address: contractOf(chain, 'commons'), abi: commonsAbi, functionName: 'pay', args: [agreement, packConsents(consents)] });
  const { endPeriod, amount } = eventOf(receipt, commonsAbi, 'Paid');
  return { endPeriod, paid: amount, transactionHash: receipt.transactionHash };
}

/** Agreements whose pools somebody joined, each once; those of one member where named. */
export async function joinedAgreements(chain: Chain, of: { member?: Address | undefined; fromBlock?: bigint | undefined } = {}): Promise<number[]> {
  const args = of.member === undefined ? {} : { member: of.member };
  const logs = await readLogs(chain, { event: JOINED, args, address: contractOf(chain, 'commons'), fromBlock: of.fromBlock });
  return [...new Set(logs.map((log) => log.args.id))];
}
