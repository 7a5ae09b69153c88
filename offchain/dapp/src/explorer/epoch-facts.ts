/** One epoch: what was asked, who answered, what it moved. */
import { z } from 'zod';
import { getAbiItem } from 'viem';
import type { Hex } from 'viem';
import { epochSeed } from '../../../chain/epoch-seed.ts';
import { readLogs } from '../../../chain/logs.ts';
import { marketAbi } from '../../../chain/generated/abi.ts';
import { blocksBack } from '../provider/proved.ts';
import { hash, list, ref, whole } from './graph-values.ts';
import { readEpochs } from './epochs.ts';
import type { EpochTotals } from './epochs.ts';
import { fromIndexOrChain } from './sources.ts';
import type { Sourced, Sources } from './sources.ts';

export interface EpochFacts {
  readonly seed: Hex | undefined;
  readonly totals: EpochTotals | undefined;
  /** Seconds after the begin, where known. */
  readonly proofs: readonly { readonly provider: number; readonly transaction: Hex; readonly secondsIntoEpoch: number | undefined }[];
}

const PROVED = getAbiItem({ abi: marketAbi, name: 'Proved' });
const Proofs = z.object({ proofs: list(z.object({ provider: ref, secondsIntoEpoch: whole, transaction: z.object({ id: hash }) })) });

export async function readEpochFacts(sources: Sources, epoch: number): Promise<Sourced<EpochFacts>> {
  const { chain } = sources;
  const seed = await epochSeed(chain, epoch);
  return fromIndexOrChain<EpochFacts>(
    sources,
    async (ask) => {
      const { proofs } = await ask({ query: `query Proofs($epoch: Int!) { proofs(first: 1000, where: { epochNumber: $epoch }, orderBy: secondsIntoEpoch, orderDirection: asc) { provider { id } secondsIntoEpoch transaction { id } } }`, variables: { epoch }, schema: Proofs });
      const rows = await readEpochs({ chain, ask }, { count: 1, before: epoch + 1 });
      return { seed, totals: rows.value.find(({ number }) => number === epoch)?.totals, proofs: proofs.map(({ provider, secondsIntoEpoch, transaction }) => ({ provider, secondsIntoEpoch, transaction: transaction.id })) };
    },
    async () => {
      const logs = await readLogs(chain, { event: PROVED, args: { epoch }, fromBlock: await blocksBack(chain) });
      return { seed, totals: undefined, proofs: logs.map(({ args, transactionHash }) => ({ provider: args.provider, transaction: transactionHash, secondsIntoEpoch: undefined })) };
    },
  );
}
