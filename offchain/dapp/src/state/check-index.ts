/** Whether an index speaks of this chain: what it says of one block is compared with what the chain says of the same block. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { lensAbi, tokenAbi } from '../../../chain/generated/abi.ts';
import type { Chain } from '../../../chain/types.ts';
import type { GraphQuestion } from './ask-graph.ts';
import { graphBigInt } from './ask-graph.ts';

const hex = (digits: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${digits}}$`, 'i'));
const Told = z.object({
  _meta: z.object({ block: z.object({ number: z.number().int().min(0), hash: hex(64).nullable() }) }),
  network: z.object({ market: hex(40), nodes: z.number().int(), agreements: z.number().int(), challenges: z.number().int(), tokenSupply: graphBigInt }).nullable(),
});
export type Told = z.output<typeof Told>;

/** One answer is of one block. */
export const CHECK_QUESTION: GraphQuestion<Told> = { query: '{ _meta { block { number hash } } network(id: "holdfast") { market nodes agreements challenges tokenSupply } }', schema: Told };

export interface IndexStanding {
  /** Blocks that it is behind. */
  readonly behind: number;
  /** What it says against the chain, in a sentence. */
  readonly contradiction?: string | undefined;
}

/** Throws what the chain's RPC throws. A block that the RPC has no state of any more is not compared. */
export async function checkIndex(chain: Chain, told: Told): Promise<IndexStanding> {
  const { block } = told._meta;
  const head = await chain.ask('the newest block', (client) => client.getBlockNumber());
  const behind = Math.max(0, Number(head) - block.number);
  return { behind, contradiction: await contradictionOf(chain, told, Number(head)) };
}

async function contradictionOf(chain: Chain, { _meta: { block }, network }: Told, head: number): Promise<string | undefined> {
  const { market, fromBlock, lens, token } = chain.deployment;
  // It may have seen a block that the RPC hears of in a moment.
  if (block.number > head + AHEAD_ALLOWED) return `It speaks of block ${block.number}, and the newest is ${head}.`;
  if (network === null) return block.number > fromBlock ? `At block ${block.number} it knows nothing of this network.` : undefined;
  if (!isAddressEqual(network.market as Address, market)) return `It speaks of the market ${network.market}, and this one is ${market}.`;
  if (block.number > head) return undefined;
  const blockNumber = BigInt(block.number);
  const known = await chain.ask('a block', (client) => client.getBlock({ blockNumber }));
  if (block.hash !== null && known.hash !== (block.hash.toLowerCase() as Hex)) return `It has another block ${block.number} than the chain.`;
  const [view, supply] = await Promise.all([
    chain.read({ address: lens, abi: lensAbi, functionName: 'network', args: [], blockNumber }),
    chain.read({ address: token, abi: tokenAbi, functionName: 'totalSupply', args: [], blockNumber }),
  ]).catch(() => []);
  if (view === undefined || supply === undefined) return undefined;
  const pairs: readonly [what: string, its: bigint, ours: bigint][] = [
    ['nodes', BigInt(network.nodes), BigInt(view.nodes)],
    ['agreements', BigInt(network.agreements), BigInt(view.agreements)],
    ['challenges', BigInt(network.challenges), view.challenges],
    ['units of the token', network.tokenSupply, supply],
  ];
  const wrong = pairs.find(([, its, ours]) => its !== ours);
  return wrong === undefined ? undefined : `At block ${block.number} it counts ${wrong[1]} ${wrong[0]}, and the chain ${wrong[2]}.`;
}

const AHEAD_ALLOWED = 40;
