/** The network's series, epoch by epoch. */
import { z } from 'zod';
import type { ChartData } from '../charts/chart-data.ts';
import { formatAmount } from '../ui/format.ts';
import { amount, list, whole } from './graph-values.ts';
import { RECENT_BLOCKS, readChainEvents } from './read-events.ts';
import { fromIndexOrChain } from './sources.ts';
import type { Sourced, Sources } from './sources.ts';

/** Amounts are token units. What only the index knows is missing without it. */
export interface EpochRow {
  readonly number: number;
  readonly proofs: number;
  readonly totals?: EpochTotals | undefined;
}

const Totals = z.object({
  rent: amount, provenRent: amount, provenBps: whole, runningAgreements: whole, runningSlots: whole, vacantSlots: whole, reservedBytes: amount, storedBytes: amount,
  opened: whole, openedRent: amount, openedBytes: amount, paid: amount, refunded: amount, earned: amount, fees: amount, feesBurned: amount, penalties: amount, slashed: amount,
  faults: whole, replaced: whole, challenges: whole, tokensSold: amount, events: whole, isRepairOnly: z.boolean(),
});
export type EpochTotals = z.output<typeof Totals>;
const FIELDS = Object.keys(Totals.shape).join(' ');
const Answer = z.object({ epochs: list(Totals.extend({ number: whole, proofs: whole })) });

/** The newest first. `before`: epochs below this one. */
export function readEpochs(sources: Sources, options: { readonly count: number; readonly before?: number | undefined }): Promise<Sourced<EpochRow[]>> {
  const { count, before = 2 ** 31 - 1 } = options;
  return fromIndexOrChain(
    sources,
    async (ask) => {
      // The Graph writes the plural of an epoch so.
      const { epochs } = await ask({
        query: `query Epochs($first: Int!, $before: Int!) { epochs: epoches(first: $first, where: { number_lt: $before }, orderBy: number, orderDirection: desc) { number proofs ${FIELDS} } }`,
        variables: { first: count, before }, schema: Answer,
      });
      return epochs.map(({ number, proofs, ...totals }) => ({ number, proofs, totals }));
    },
    async () => (await countProofs(sources)).filter(({ number }) => number < before).slice(0, count),
  );
}

async function countProofs({ chain, signal }: Sources): Promise<EpochRow[]> {
  const toBlock = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const { fromBlock: first, market } = chain.deployment;
  const fromBlock = toBlock - RECENT_BLOCKS > first ? toBlock - RECENT_BLOCKS : first;
  const counts = new Map<number, number>();
  for (const { name, args } of await readChainEvents(chain, { fromBlock, toBlock, addresses: [market], ...(signal === undefined ? {} : { signal }) })) {
    if (name !== 'Proved' && name !== 'SeedFixed') continue;
    const epoch = Number(args['epoch']);
    counts.set(epoch, (counts.get(epoch) ?? 0) + (name === 'Proved' ? 1 : 0));
  }
  return [...counts].map(([number, proofs]) => ({ number, proofs })).sort((a, b) => b.number - a.number);
}

const inOrder = (rows: readonly EpochRow[]): EpochRow[] => [...rows].sort((a, b) => a.number - b.number);
const tokens = (units: bigint | undefined): number | null => (units === undefined ? null : Number(units) / 1e18);
const say = (units: bigint | undefined): string => (units === undefined ? 'not known' : `${formatAmount(units, { digits: 18 })} HOLD`);
const short = (value: number): string => formatAmount(BigInt(Math.round(value * 1e18)), { digits: 3 });

function chartOf(rows: readonly EpochRow[], title: string, format: ChartData['format'], series: ChartData['series']): ChartData {
  return { title, axis: 'Epoch', labels: inOrder(rows).map(({ number }) => String(number)), format, series };
}

/** Of epochs that are over, in which something was promised: the running one is not proven yet. */
export function provenShareChart(rows: readonly EpochRow[], current: number): ChartData {
  const over = inOrder(rows).filter(({ number, totals }) => number < current && totals !== undefined && totals.rent > 0n);
  return chartOf(over, 'Proven share of the promised data', (value) => `${Number(value.toFixed(1))} %`, [{ name: 'proven', values: over.map(({ totals }) => totals!.provenBps / 100) }]);
}

export function proofsChart(rows: readonly EpochRow[]): ChartData {
  return chartOf(rows, 'Proofs sent', (value) => String(Number(value.toFixed(1))), [{ name: 'proofs', values: inOrder(rows).map(({ proofs }) => proofs) }]);
}

export function moneyChart(rows: readonly EpochRow[]): ChartData {
  const sorted = inOrder(rows);
  const part = (name: string, of: (totals: EpochTotals) => bigint) => ({
    name,
    values: sorted.map(({ totals }) => tokens(totals && of(totals))),
    texts: sorted.map(({ totals }) => say(totals && of(totals))),
  });
  return chartOf(sorted, 'Money that moved', short, [part('rent prepaid', ({ paid }) => paid), part('credited to providers', ({ earned }) => earned), part('fees', ({ fees }) => fees), part('slashed', ({ slashed, penalties }) => slashed + penalties)]);
}

const GIB = 1n << 30n;
/** What new agreements paid for a GiB of data and an epoch, in token units; undefined where nothing was rented. */
export function priceOf({ openedRent, openedBytes }: Pick<EpochTotals, 'openedRent' | 'openedBytes'>): bigint | undefined {
  return openedBytes === 0n ? undefined : (openedRent * GIB) / openedBytes;
}

export function priceChart(rows: readonly EpochRow[]): ChartData {
  const sold = inOrder(rows).filter(({ totals }) => totals !== undefined && totals.openedBytes > 0n);
  const prices = sold.map(({ totals }) => priceOf(totals!));
  return chartOf(sold, 'Price of newly rented space, per GiB of data and epoch', short, [{ name: 'price', values: prices.map(tokens), texts: prices.map(say) }]);
}
