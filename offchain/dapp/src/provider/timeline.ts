/** When a provider proved, and when it did not. */
import { z } from 'zod';
import { PROVED, blocksBack } from './proved.ts';
import { readLogs } from '../../../chain/logs.ts';
import { epochCells } from '../charts/proof-strip.ts';
import type { EpochCell } from '../charts/proof-strip.ts';
import { amount, list, whole } from '../explorer/graph-values.ts';
import { fromIndexOrChain } from '../explorer/sources.ts';
import type { Sourced, Sources } from '../explorer/sources.ts';

export interface TimelineWish {
  readonly id: number;
  /** The running epoch, and how many up to it. */
  readonly epoch: number;
  readonly count: number;
  /** From the chain: since when it has rent now, and how much. */
  readonly sinceEpoch: number;
  readonly perEpoch: bigint;
}

const Answer = z.object({
  proofs: list(z.object({ epochNumber: whole })),
  misses: list(z.object({ fromEpoch: whole, toEpoch: whole })),
  provider: z.object({ rent: amount, sinceEpoch: whole }).nullable(),
});
const QUESTION = `query Timeline($id: String!, $node: ID!, $from: Int!, $first: Int!) {
  proofs(first: $first, where: { provider: $id, epochNumber_gte: $from }, orderBy: epochNumber, orderDirection: desc) { epochNumber }
  misses(first: $first, where: { provider: $id, toEpoch_gt: $from }, orderBy: fromEpoch, orderDirection: desc) { fromEpoch toEpoch }
  provider(id: $node) { rent sinceEpoch }
}`;

export function readTimeline(sources: Sources, wish: TimelineWish): Promise<Sourced<EpochCell[]>> {
  const { id, epoch, count, sinceEpoch, perEpoch } = wish;
  const from = Math.max(0, epoch - count + 1);
  // The epoch in which rent begins need not be proven: the contracts count misses from the next one on.
  const now = perEpoch > 0n ? [{ from: sinceEpoch + 1, to: epoch + 1 }] : [];
  return fromIndexOrChain(
    sources,
    async (ask) => {
      const { proofs, misses } = await ask({ query: QUESTION, variables: { id: String(id), node: String(id), from, first: 1_000 }, schema: Answer });
      return epochCells({ from, to: epoch + 1, current: epoch, proven: new Set(proofs.map(({ epochNumber }) => epochNumber)), held: [...now, ...misses.map(({ fromEpoch, toEpoch }) => ({ from: fromEpoch, to: toEpoch }))] });
    },
    async () => {
      const { chain } = sources;
      const logs = await readLogs(chain, { event: PROVED, args: { provider: id }, fromBlock: await blocksBack(chain) });
      return epochCells({ from, to: epoch + 1, current: epoch, proven: new Set(logs.map(({ args }) => args.epoch)), held: now });
    },
  );
}
