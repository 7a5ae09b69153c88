/** What each kind of provider earned and spent, as shares of the rent that it promised to earn. */
import { ASSUMED } from './assumptions.ts';
import type { World } from './world.ts';
import { DAY } from './world.ts';

const TOKEN_UNITS = 1e18;
const TB = 1e12;

export interface Profit {
  readonly kind: string;
  readonly providers: number;
  /** US$ of promised rent for each provider and year. */
  readonly rentUsdYear: number;
  /** Shares of the promised rent. */
  readonly paid: number;
  readonly slashed: number;
  readonly storage: number;
  readonly gas: number;
  readonly capital: number;
  readonly profit: number;
  /** US$ for each provider and year. */
  readonly profitUsdYear: number;
}

export function profits(world: World): Profit[] {
  const { providers, money, clock, parameters } = world;
  const years = (world.seconds + 1) / (365 * DAY);
  const epochsPerMonth = (DAY * 365) / 12 / clock.epochSeconds;
  const fragmentUsd = ((ASSUMED.storageUsdPerTbMonth * world.fragmentBytes) / TB) / epochsPerMonth;
  const capitalShare = (parameters.stakeEpochs * ASSUMED.stakeYearlyCost * clock.epochSeconds) / (365 * DAY);
  return providers.mixes.map((mix, kind): Profit => {
    let [count, rent, paid, slashed, fragmentEpochs, proofs] = [0, 0, 0, 0, 0, 0];
    for (let p = 0; p < providers.count; p += 1) {
      if (providers.mix[p] !== kind) continue;
      count += 1;
      const id = providers.idOf(p);
      rent += providers.rentEpochs[p]!;
      paid += Number(money.earned(id));
      slashed += Number(money.slashed(id));
      fragmentEpochs += providers.fragmentEpochs[p]!;
      proofs += providers.proofs[p]!;
    }
    const rentUsd = (rent / TOKEN_UNITS) * ASSUMED.usdPerToken;
    const share = (usd: number) => (rentUsd === 0 ? 0 : usd / rentUsd);
    const toUsd = ASSUMED.usdPerToken / TOKEN_UNITS;
    const row = { paid: share(paid * toUsd), slashed: share(slashed * toUsd), storage: share(fragmentEpochs * fragmentUsd), gas: share(proofs * proofUsd()), capital: capitalShare };
    const profit = row.paid - row.slashed - row.storage - row.gas - row.capital;
    const perYear = count === 0 ? 0 : rentUsd / count / years;
    const name = mix.dropped === undefined ? mix.strategy : `${mix.strategy}, drops ${mix.dropped * 100} %`;
    return { kind: name, providers: count, rentUsdYear: perYear, ...row, profit, profitUsdYear: profit * perYear };
  });
}

export function proofUsd(gas: number = ASSUMED.proofGas): number {
  return gas * ASSUMED.gasGwei * 1e-9 * ASSUMED.coinUsd;
}
