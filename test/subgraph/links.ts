/** What an entity's own name says of it. */
import type { Row } from './snapshot.ts';

type Links = (parts: readonly string[], clock: Clock) => Readonly<Record<string, unknown>>;

export interface Clock {
  readonly genesis: bigint;
  readonly epochSeconds: bigint;
  readonly epochsPerPeriod: number;
}

/** By type; `parts`: the id, cut at its dashes. */
const LINKS: Readonly<Record<string, Links>> = {
  Epoch: ([epoch], { genesis, epochSeconds, epochsPerPeriod }) => {
    const period = Math.floor(Number(epoch) / epochsPerPeriod);
    return { number: epoch, periodNumber: period, period, startsAt: genesis + BigInt(epoch as string) * epochSeconds };
  },
  Period: ([period], { epochsPerPeriod }) => ({ number: period, firstEpoch: Number(period) * epochsPerPeriod }),
  Node: ([number]) => ({ number }),
  Provider: ([node]) => ({ node }),
  HeavyNode: ([node]) => ({ node }),
  Operator: ([account]) => ({ account }),
  Creator: ([account]) => ({ account }),
  ProviderPeriod: ([provider, period]) => ({ provider, periodNumber: period, period }),
  HeavyNodeEpoch: ([heavy, epoch]) => ({ heavy, epochNumber: epoch, epoch }),
  CreatorEpoch: ([creator, epoch]) => ({ creator, epochNumber: epoch, epoch }),
  Agreement: ([number]) => ({ number }),
  Slot: ([agreement, index]) => ({ agreement, index }),
  Tenure: ([agreement, slot]) => ({ slot: `${agreement}-${slot}`, agreement }),
  Vacancy: ([agreement, slot]) => ({ slot: `${agreement}-${slot}` }),
  Bundle: ([agreement, number]) => ({ agreement, number }),
  Rail: ([provider, heavy, parent]) => ({ provider, heavy, parent }),
  RailDrop: ([provider, heavy, parent, period]) => ({ rail: `${provider}-${heavy}-${parent}`, periodNumber: period }),
  PoolPayee: ([pool, payee]) => ({ pool, payee }),
  CommonsPool: ([agreement, round]) => ({ agreement, round }),
  CommonsShare: ([agreement, round, member]) => ({ pool: `${agreement}-${round}`, member }),
  Channel: ([number]) => ({ number }),
  SponsorPool: ([number]) => ({ number }),
  Endowment: ([number]) => ({ number }),
  Challenge: ([number]) => ({ number }),
};

export const LINKED_TYPES = Object.keys(LINKS);

export function linksOf(type: string, id: string, clock: Clock): Readonly<Record<string, unknown>> {
  return LINKS[type]?.(id.split('-'), clock) ?? {};
}

/** An entity that is a part of what one event says: the event's id, and a number of four bytes behind it. */
export function eventOf(row: Row): string {
  return String(row['id']).slice(0, -8);
}
