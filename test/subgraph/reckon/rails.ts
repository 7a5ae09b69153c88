/** Streams of pay: what runs in each, how far it is settled, what was burned of it. */
import type { Duty } from './duties.ts';
import { before, id, sum, type History, type Line } from './history.ts';
import { rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';
import { cutOf, endOf, endPeriodOf, type Tenure, type Turns } from './turns.ts';

interface Rail {
  readonly id: string;
  readonly provider: string;
  readonly tenures: readonly Tenure[];
  readonly settlements: readonly Line[];
}

export async function reckonRails(history: History, turns: Turns, duties: ReadonlyMap<string, Duty>): Promise<Reckoned[]> {
  const burned = new Map<string, bigint>();
  for (const line of history.of('Market.Settled')) burned.set(line.id, await burnedBy(history, line));
  const rails = [...Map.groupBy(turns.tenures, ({ provider, heavy, parent }) => `${provider}-${heavy}-${parent}`)].map(([key, tenures]): Rail => ({
    id: key, provider: tenures[0]?.provider as string, tenures, settlements: history.of('Market.Settled').filter((line) => railOf(line) === key),
  }));
  return [
    { type: 'Rail', rows: await rowsOfEach(rails, async (rail) => [rail.id, await railFields(history, { rail, turns, duty: duties.get(rail.provider) as Duty, burned })]) },
    { type: 'RailDrop', isSparse: true, rows: dropsOf(history, turns, rails) },
    { type: 'Settlement', rows: new Map([...burned].map(([key, amount]) => [key, { burned: amount }])) },
  ];
}

function railOf(line: Line): string {
  return `${id(line, 'provider')}-${id(line, 'heavy')}-${id(line, 'parent')}`;
}

/** What the chain counts as burned for the provider rose by it. One settlement of a provider per transaction, here. */
async function burnedBy(history: History, line: Line): Promise<bigint> {
  const { market } = history.contracts;
  const of = [Number(id(line, 'provider'))];
  return (await history.at(line.block).read<bigint>(market, 'burnedFor', of)) - (await before(history, line).read<bigint>(market, 'burnedFor', of));
}

interface Of {
  readonly rail: Rail;
  readonly turns: Turns;
  readonly duty: Duty;
  readonly burned: ReadonlyMap<string, bigint>;
}

/** Settled by the newest event that settled it: a settlement that paid, or a slot that joined or left it. */
async function railFields(history: History, { rail, turns, duty, burned }: Of): Promise<Fields> {
  const settledEpoch = Math.max(...rail.settlements.map((line) => Number(line.args['upTo'])), ...rail.tenures.flatMap((one) => [one.startEpoch, cutOf(one) ?? 0]));
  const [rate, fee, settled] = await history.at().read<[bigint, bigint, number]>(history.contracts.market, 'railOf', rail.id.split('-').map(Number));
  // A settlement of nothing sends no event: the chain's own may be newer, never older; and what runs by the chain then has to run by the turns.
  const chain = flowIn(turns, rail, settled);
  if (settled < settledEpoch || chain.rent !== rate || chain.fee !== fee) throw new Error(`rail ${rail.id}: ${chain.rent} and ${chain.fee} by its slots, ${rate} and ${fee} on the chain, settled up to ${settledEpoch} and ${settled}`);
  return { ...flowIn(turns, rail, settledEpoch), settledEpoch, proofsBefore: duty.proofsBefore(settledEpoch), burned: sum(rail.settlements, (line) => burned.get(line.id) as bigint) };
}

function flowIn(turns: Turns, rail: Rail, epoch: number): { readonly rent: bigint; readonly fee: bigint } {
  const running = rail.tenures.filter((one) => one.startEpoch <= epoch && epoch < endOf(turns, one));
  return { rent: sum(running, (one) => one.rent), fee: sum(running, (one) => one.fee) };
}

/** What of a rail ends with its agreements, by period; of those that are over it stays in the books. */
function dropsOf(history: History, turns: Turns, rails: readonly Rail[]): Map<string, Fields> {
  const rows = new Map<string, Fields>();
  const { epochsPerPeriod } = history.clock;
  for (const rail of rails) {
    for (const period of new Set(history.of('Market.Opened', 'Market.Extended', 'Market.Closed').map(endPeriodOf))) {
      const ending = rail.tenures.filter((one) => cutOf(one) === undefined && turns.endOf(one.agreement) === period * epochsPerPeriod);
      rows.set(`${rail.id}-${period}`, { rent: sum(ending, (one) => one.rent), fee: sum(ending, (one) => one.fee) });
    }
  }
  return rows;
}

