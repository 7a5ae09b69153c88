/** What adopting costs, beside what storing again would. */
import { agreementsOf } from '../../chain/agreements-of.ts';
import { type PoolState, readPool, readPoolShare } from '../../chain/commons.ts';
import { currentPeriod } from '../../chain/current-epoch.ts';
import { extensionCost } from '../../chain/extend-agreement.ts';
import { placesOf } from '../../chain/location-standing.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { PublicLocation } from '../../wire/named.ts';
import type { Client } from '../client.ts';

/** Token units. */
export interface AgreementCost {
  readonly agreement: number;
  readonly endPeriod: number;
  /** One period of the whole agreement, at prices that cannot rise. */
  readonly perPeriod: bigint;
  /** For all periods, as if nobody else paid. */
  readonly total: bigint;
  /** What one's own share of the pool is worth already. */
  readonly own: bigint;
  /** What the pool has, one's own share included. */
  readonly pool: bigint;
  /** What has to be joined: `total` less `own`. */
  readonly due: bigint;
}

export interface AdoptionCost {
  readonly periods: number;
  readonly agreements: readonly AgreementCost[];
  readonly due: bigint;
  /** The same bytes for the same time in the cheapest of one's own running agreements; null where there is none. */
  readonly storingAgain: bigint | null;
}

export async function adoptionCost(client: Client, options: { readonly location: PublicLocation; readonly periods: number }): Promise<AdoptionCost> {
  const { location, periods } = options;
  const agreements = await Promise.all(placesOf(location).agreements.map((agreement) => costOfAgreement(client, agreement, periods)));
  return { periods, agreements, due: agreements.reduce((sum, { due }) => sum + due, 0n), storingAgain: await costOfStoring(client, location.sizeBytes, periods) };
}

async function costOfAgreement({ chain, creator }: Client, agreement: number, periods: number): Promise<AgreementCost> {
  const [state, share, pool] = await Promise.all([readAgreement(chain, agreement), readPoolShare(chain, { agreement, member: creator }), readPool(chain, agreement)]);
  const perPeriod = extensionCost(chain, state, state.endPeriod + 1);
  const total = perPeriod * BigInt(periods);
  return { agreement, endPeriod: state.endPeriod, perPeriod, total, own: share.worth, pool: everything(pool), due: total > share.worth ? total - share.worth : 0n };
}

function everything({ tokens, waiting }: PoolState): bigint {
  return tokens + waiting;
}

/** By the batches that the bytes fill at least, as a share of the agreement's rent. */
async function costOfStoring(client: Client, sizeBytes: number, periods: number): Promise<bigint | null> {
  const { chain, creator } = client;
  const period = await currentPeriod(chain);
  const views = await Promise.all((await agreementsOf(chain, creator)).map((id) => client.views.refresh(id)));
  const costs = views.filter(({ state }) => state.endPeriod > period).map(({ state, geometry }) => {
    const batches = BigInt(Math.max(1, Math.ceil(sizeBytes / geometry.payloadSize)));
    return (extensionCost(chain, state, state.endPeriod + periods) * batches) / BigInt(state.quota);
  });
  return costs.reduce<bigint | null>((least, cost) => (least === null || cost < least ? cost : least), null);
}
