/** The network, its epochs and its periods. */
import { range } from './duties.ts';
import { before, big, id, sum, type History, type Line } from './history.ts';
import { rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';
import { standingAt } from './standing.ts';
import { cutOf, endOf, lastPeriod, runsAt, runsIn, type Turns } from './turns.ts';

/** A share of the rent as the contracts keep it: this much is all of it. */
const WHOLE = 1n << 31n;
const HEAVY = 4;

export async function reckonNetwork(history: History, turns: Turns): Promise<Reckoned[]> {
  const epochs = [...Map.groupBy(history.lines, ({ epoch }) => epoch)];
  return [
    { type: 'Network', rows: new Map([['holdfast', await networkOf(history, turns)]]) },
    { type: 'Epoch', rows: await rowsOfEach(epochs, async ([epoch, lines]) => [String(epoch), await epochOf(history, turns, lines)]) },
    { type: 'Period', isSparse: true, rows: await periodsOf(history, turns) },
  ];
}

async function networkOf(history: History, turns: Turns): Promise<Fields> {
  const { deployment, newest, epoch } = history;
  const nodes = history.of('Registry.Registered');
  const { rent: _rent, isRepairOnly: _isRepairOnly, ...standing } = await standingAt(history, newest.block);
  return {
    token: deployment.token, registry: deployment.registry, market: deployment.market,
    parameters: history.of('Market.ParametersChanged').at(-1)?.id ?? null,
    block: newest.block, timestamp: newest.timestamp,
    fee: feeIn(turns, epoch),
    sinceEpoch: sinceOf(turns),
    providers: nodes.filter(({ args }) => Number(args['tier']) !== HEAVY).length,
    heavyNodes: nodes.filter(({ args }) => Number(args['tier']) === HEAVY).length,
    creators: new Set(history.of('Market.Opened', 'Market.SessionSet').map((line) => id(line, 'creator'))).size,
    ...standing,
    slashed: sum(history.of('Registry.Slashed'), (line) => big(line, 'amount')),
  };
}

/** As it stood behind the epoch's last event, and what happened in it. */
async function epochOf(history: History, turns: Turns, lines: readonly Line[]): Promise<Fields> {
  const [first] = lines as [Line];
  const of = (...names: readonly string[]): readonly Line[] => lines.filter(({ name }) => names.includes(name));
  const share = await provenShareOf(history, turns, of('Market.Proved'));
  return {
    block: first.block,
    seededAt: of('Market.SeedFixed')[0]?.timestamp ?? null,
    ...(await standingAt(history, (lines.at(-1) as Line).block)),
    fee: feeIn(turns, first.epoch),
    provenRent: sum(share.rents, (rent) => rent), provenShare: share.share, provenBps: (share.share * 10_000n) / WHOLE,
    openedRent: sum(turns.tenures.filter((one) => one.begun.epoch === first.epoch && one.begun.event !== 'Replaced'), (one) => one.rent) - grownFrom(turns, first.epoch),
    openedBytes: await bytesOf(history, turns, of('Market.Opened', 'Market.Grown')),
    committedBytes: sum(of('Market.Committed'), (line) => batchesToBytes(turns, line)),
    retiredBytes: sum(of('Market.Retired'), (line) => batchesToBytes(turns, line)),
    slashed: sum(of('Market.Vacated'), (line) => big(line, 'slashed')),
  };
}

/** Every proof adds the provider's part of the rent that runs, once the provider's books are of this period: not more than all of it. */
async function provenShareOf(history: History, turns: Turns, proofs: readonly Line[]): Promise<{ readonly share: bigint; readonly rents: readonly bigint[] }> {
  const { registry } = history.contracts;
  const rents: bigint[] = [];
  let share = 0n;
  for (const line of proofs) {
    const of = [Number(id(line, 'provider'))];
    const rent = await history.at(line.block).read<bigint>(registry, 'rentOf', of);
    rents.push(rent);
    const all = sum(turns.tenures.filter((one) => runsAt(turns, one, line)), (one) => one.rent);
    if ((await before(history, line).read<number>(registry, 'bookedPeriodOf', of)) + 1 < line.period) continue;
    share += rent >= all ? WHOLE : (rent * WHOLE) / all;
  }
  return { share: share > WHOLE ? WHOLE : share, rents };
}

/** The epoch of the newest tenure that began while nothing ran. */
function sinceOf(turns: Turns): number {
  const firsts = turns.tenures.filter(({ begun }) => !turns.tenures.some((other) => other.begun.ordinal < begun.ordinal && runsAt(turns, other, { ...begun, ordinal: begun.ordinal - 1 })));
  return firsts.at(-1)?.startEpoch ?? 0;
}

function feeIn(turns: Turns, epoch: number): bigint {
  return sum(turns.tenures.filter((one) => runsIn(turns, one, epoch)), (one) => one.fee);
}

/** Rent of the tenures that growth replaced in this epoch: only what was added was opened. */
function grownFrom(turns: Turns, epoch: number): bigint {
  return sum(turns.tenures.filter(({ ended }) => ended?.event === 'Grown' && ended.epoch === epoch), (one) => one.rent);
}

/** Quota that openings and growth added. */
export async function bytesOf(history: History, turns: Turns, lines: readonly Line[]): Promise<bigint> {
  let bytes = 0n;
  for (const line of lines) {
    const number = id(line, 'id');
    const quota = async (chain: ReturnType<History['at']>): Promise<bigint> => BigInt((await chain.read<{ quota: number }>(history.contracts.market, 'agreementOf', [Number(number)])).quota);
    bytes += ((await quota(history.at(line.block))) - (await quota(before(history, line)))) << BigInt(turns.terms.get(number)?.batchLog2 as number);
  }
  return bytes;
}

export function batchesToBytes(turns: Turns, line: Line): bigint {
  return big(line, 'batches') << BigInt(turns.terms.get(id(line, 'id'))?.batchLog2 as number);
}

/** What ends when a period begins: of agreements that still end then, and for those that are over, what they were in their last epoch. */
async function periodsOf(history: History, turns: Turns): Promise<Map<string, Fields>> {
  const { epochsPerPeriod } = history.clock;
  const agreements = [...turns.terms].map(([number, terms]) => ({ number, ...terms, end: turns.endOf(number) }));
  const rows = new Map<string, Fields>();
  for (const period of range(0, lastPeriod(history) + 1)) {
    const first = period * epochsPerPeriod;
    const ending = agreements.filter(({ end }) => end === first);
    const tenures = turns.tenures.filter((one) => cutOf(one) === undefined && endOf(turns, one) === first);
    rows.set(String(period), {
      endingRent: sum(tenures, (one) => one.rent), endingFee: sum(tenures, (one) => one.fee),
      endingAgreements: ending.length,
      endingSlots: ending.reduce((all, { slots }) => all + slots, 0),
      endingVacantSlots: turns.vacancies.filter((one) => turns.endOf(one.agreement) === first && (one.ended === undefined || (one.ended.event === 'SlotReleased' && one.ended.epoch >= first))).length,
      endingBytes: sum(await Promise.all(ending.map(({ number }) => bytesOf(history, turns, history.of('Market.Opened', 'Market.Grown').filter((line) => id(line, 'id') === number)))), (bytes) => bytes),
    });
  }
  return rows;
}
