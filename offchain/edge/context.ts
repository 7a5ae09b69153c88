import type { Chain } from '../chain/types.ts';
import type { NodeHealth } from '../health/health.ts';
import type { ReadPlaces } from '../provider/read-places.ts';
import type { Till } from '../reads/take/till.ts';
import type { Logger } from '../store/log.ts';
import type { Cache } from './cache.ts';
import type { EdgeConfig } from './config.ts';
import type { KnownRoots } from './known-roots.ts';
import type { Popularity } from './popularity.ts';
import type { Puller } from './puller.ts';

/** What every part of a running edge node works with; put together once, in service.ts. */
export interface Edge {
  readonly id: number;
  readonly chain: Chain;
  readonly config: EdgeConfig;
  readonly cache: Cache;
  readonly roots: KnownRoots;
  readonly popularity: Popularity;
  readonly puller: Puller;
  readonly till: Till;
  readonly health: NodeHealth;
  readonly log: Logger;
  readonly counts: { hits: number; misses: number; sentBytes: number };
  readonly places: ReadPlaces;
}
