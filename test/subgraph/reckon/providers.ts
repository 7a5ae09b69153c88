import { earnedIn, missedIn, payIn, range, type Duty } from './duties.ts';
import { before, big, id, sum, type History, type Line } from './history.ts';
import { rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';
import { cutOf, lastPeriod, runsAt, runsIn, type Turns } from './turns.ts';

export async function reckonProviders(history: History, turns: Turns, duties: ReadonlyMap<string, Duty>): Promise<Reckoned[]> {
  return [
    { type: 'Provider', rows: await rowsOfEach(duties.values(), async (duty) => [duty.provider, await providerOf(history, turns, duty)]) },
    { type: 'ProviderPeriod', isSparse: true, rows: periodsOf(history, turns, duties) },
    { type: 'Miss', rows: missesOf(duties) },
    { type: 'Proof', rows: await rowsOfEach(history.of('Market.Proved'), async (line) => [`${id(line, 'provider')}-${line.epoch}`, await proofOf(history, turns, line)]) },
  ];
}

async function providerOf(history: History, turns: Turns, duty: Duty): Promise<Fields> {
  const { contracts, epoch } = history;
  const { tier } = await history.at().read<{ tier: number }>(contracts.registry, 'nodeOf', [Number(duty.provider)]);
  const lastProved = duty.proven.at(-1) ?? -1;
  return {
    tier: TIERS[tier],
    fee: duty.feeIn(epoch),
    slots: duty.tenures.filter((one) => runsIn(turns, one, epoch)).length,
    accountedEpoch: duty.accounted,
    lastProvedEpoch: lastProved,
    ...missedIn(duty, range(0, duty.accounted)),
    missedInRow: range(lastProved + 1, duty.accounted).filter((one) => duty.isMissed(one)).length,
    earned: earnedIn(duty, range(0, epoch + 1)),
    premiums: await premiumsOf(history, duty.provider),
  };
}

/** What the market owed the successor more behind a replacement, beyond what was settled to it in the same transaction. */
export async function premiumOf(history: History, line: Line): Promise<bigint> {
  const { market } = history.contracts;
  const to = id(line, 'to');
  const [owed, owedBefore] = [await history.at(line.block).read<bigint>(market, 'owedToNode', [Number(to)]), await before(history, line).read<bigint>(market, 'owedToNode', [Number(to)])];
  const settled = history.of('Market.Settled').filter((one) => one.transaction.hash === line.transaction.hash && id(one, 'provider') === to);
  return owed - owedBefore - sum(settled, (one) => big(one, 'earned'));
}

async function premiumsOf(history: History, provider: string): Promise<bigint> {
  let premiums = 0n;
  for (const line of history.of('Market.Replaced')) if (id(line, 'to') === provider) premiums += await premiumOf(history, line);
  return premiums;
}

/** Period by period: what was earned and missed in it, and what of the promises ends when it begins. */
function periodsOf(history: History, turns: Turns, duties: ReadonlyMap<string, Duty>): Map<string, Fields> {
  const { epochsPerPeriod } = history.clock;
  const rows = new Map<string, Fields>();
  for (const duty of duties.values()) {
    const of = (name: string): readonly Line[] => history.of(name).filter((line) => id(line, 'provider') === duty.provider);
    for (const period of range(0, lastPeriod(history) + 1)) {
      const epochs = range(period * epochsPerPeriod, (period + 1) * epochsPerPeriod);
      const ending = duty.tenures.filter((one) => cutOf(one) === undefined && turns.endOf(one.agreement) === epochs[0]);
      const proofs = duty.proven.filter((epoch) => epochs.includes(epoch)).length;
      rows.set(`${duty.provider}-${period}`, {
        endingRent: sum(ending, (one) => one.rent),
        endingFee: sum(ending, (one) => one.fee),
        endingSlots: ending.length,
        proofs,
        proofsBefore: proofs > 0 ? duty.proofsBefore(epochs[0] as number) : 0,
        ...missedIn(duty, epochs),
        earned: earnedIn(duty, epochs),
        penalties: sum(of('Market.MissesReported').filter((line) => Number(line.args['period']) === period), (line) => big(line, 'slashed')),
        slashedForSlots: sum(of('Market.Vacated').filter((line) => line.period === period), (line) => big(line, 'slashed')),
      });
    }
  }
  return rows;
}

/** Between two moments at which its promises changed or were proven, only the first epoch can have a proof: the others were missed, if there was rent. */
function missesOf(duties: ReadonlyMap<string, Duty>): Map<string, Fields> {
  const rows = new Map<string, Fields>();
  for (const duty of duties.values()) {
    for (const [i, cut] of duty.cuts.entries()) {
      const missed = range(cut, duty.cuts[i + 1] ?? cut).filter((epoch) => duty.isMissed(epoch));
      const from = missed[0];
      if (from === undefined) continue;
      const rent = duty.rentIn(from);
      rows.set(`${duty.provider}-${from}`, {
        provider: duty.provider, fromEpoch: from, toEpoch: (missed.at(-1) as number) + 1, epochs: missed.length, rent, lostPay: sum(missed, (epoch) => payIn(duty, epoch)),
      });
    }
  }
  return rows;
}

async function proofOf(history: History, turns: Turns, line: Line): Promise<Fields> {
  const provider = id(line, 'provider');
  const [rent] = await history.at(line.block).read<[bigint]>(history.contracts.registry, 'dutyOf', [Number(provider)]);
  const running = turns.tenures.filter((one) => one.provider === provider && runsAt(turns, one, line));
  const { genesis, epochSeconds } = history.clock;
  return { rent, fee: sum(running, (one) => one.fee), slots: running.length, secondsIntoEpoch: (line.timestamp - genesis) % epochSeconds };
}

const TIERS = ['None', 'Standard', 'Archival', 'Edge', 'Heavy'];

