import assert from 'node:assert/strict';
import { it } from 'node:test';
import { range } from '../../codec/random.ts';
import { addSlots, drawMany } from '../../support/contracts/check-draws.ts';
import { withHarness } from '../../support/contracts/check-harness.ts';
import { assertShare } from '../../support/contracts/check-statistics.ts';
import { PRODUCTION } from '../../../offchain/chain/devnet-parameters.ts';

const UNIT = 2n ** 33n;
const SAMPLES = 5;
const SEEDS = 2_000;
/** What the provider promised to others: it has lost all of it. */
const HONEST = range(4).map(() => 64n * UNIT);

/** Shares of epochs in which a weighted sample, and the uniform one, ask for bytes of somebody else's. */
async function detected(own: readonly bigint[], first: number): Promise<{ weighted: number; uniform: number }> {
  let [weighted, uniform] = [0, 0];
  await withHarness('SamplingHarness', async (evm, harness) => {
    await addSlots(evm, harness, [...HONEST, ...own]);
    const draws = await drawMany(evm, harness, { first, seeds: SEEDS });
    for (const seed of range(SEEDS)) {
      const hits = range(SAMPLES).map((sample) => draws[seed * SAMPLES + sample]!.agreement <= HONEST.length);
      if (hits[0]) uniform += 1;
      if (hits.slice(1).some(Boolean)) weighted += 1;
    }
  });
  return { weighted, uniform };
}

void it('dust agreements: a hundred of the least rent take hits from the uniform sample only, in proportion to their number', async () => {
  const { weighted, uniform } = await detected(range(100).map(() => UNIT), 1);
  assertShare({ hits: uniform, trials: SEEDS, odds: 4 / 104 }, 'uniform sample');
  // 256 of 356 units of rent are the honest ones.
  assertShare({ hits: weighted, trials: SEEDS, odds: 1 - (1 - 256 / 356) ** 4 }, 'weighted samples');
});

void it('own big cheap agreements: bytes do not count, rent does; nine times the honest rent still leave 34 % detection in every epoch', async () => {
  const { weighted } = await detected([9n * 256n * UNIT], 100_000);
  assertShare({ hits: weighted, trials: SEEDS, odds: 1 - 0.9 ** 4 }, 'weighted samples');
});

/** Expected excess of Poisson(mean) over `allowance`. */
function excess(mean: number, allowance: number): number {
  let [probability, total] = [Math.exp(-mean), 0];
  for (let n = 1; n < 400; n += 1) {
    probability *= mean / n;
    total += Math.max(0, n - allowance) * probability;
  }
  return total;
}

/** What a provider that holds nothing earns per period, in epochs of its honest rent, with own empty agreements of D times that rent and endless dust. */
function profit(dilution: number): number {
  const { epochsPerPeriod, standard } = PRODUCTION;
  const misses = epochsPerPeriod * (1 - (1 - 1 / (1 + dilution)) ** 4);
  return epochsPerPeriod - misses - standard.penaltyEpochs * (1 + dilution) * excess(misses, standard.missAllowance);
}

/** Stake and one period's prepayment of all its rents. */
const capital = (dilution: number) => (1 + dilution) * (PRODUCTION.stakeEpochs + PRODUCTION.epochsPerPeriod);

void it('dilution with money: penalties are of ALL the rent, so it loses below a hundredfold; beyond, it returns less than 8 % a year on the capital', () => {
  for (const dilution of range(100)) assert.ok(profit(dilution) < 0, `${dilution} times: ${profit(dilution)}`);
  assert.ok(profit(0) < -PRODUCTION.stakeEpochs / 2, 'without dilution the first week takes nearly all the stake');
  const periodsPerYear = (365 * 86_400) / PRODUCTION.epochSeconds / PRODUCTION.epochsPerPeriod;
  const yearly = range(2_000).map((dilution) => (profit(dilution) * periodsPerYear) / capital(dilution));
  const best = yearly.indexOf(Math.max(...yearly));
  assert.ok(best > 100 && yearly[best]! < 0.08, `best at ${best} times: ${yearly[best]}`);
});
