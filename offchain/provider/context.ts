import type { LocalAccount, TypedDataDomain } from 'viem';
import type { Chain } from '../chain/client.ts';
import type { NodeHealth } from '../health/health.ts';
import type { Till } from '../reads/take/till.ts';
import type { Logger } from '../store/log.ts';
import type { Store } from '../store/open.ts';
import type { AgreementCache } from './agreement-cache.ts';
import type { ProviderConfig } from './config.ts';
import type { DiskMode } from './disk-mode.ts';
import type { FragmentFiles } from './fragment-files.ts';
import type { SessionCache } from './session-cache.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { LiveTariff } from './tariff.ts';
import type { Traffic } from './traffic.ts';
import type { Uploads } from './uploads.ts';

/** What every verb of a running provider works with; put together once, in service.ts. */
export interface Provider {
  readonly id: number;
  readonly chain: Chain;
  readonly account: LocalAccount;
  readonly domain: TypedDataDomain;
  readonly store: Store;
  readonly files: FragmentFiles;
  /** Price and capacity in it are those of now: see tariff.ts. */
  readonly config: ProviderConfig;
  readonly tariff: LiveTariff;
  readonly agreements: AgreementCache;
  readonly clock: SteadyClock;
  readonly sessions: SessionCache;
  readonly uploads: Uploads;
  readonly traffic: Traffic;
  readonly disk: DiskMode;
  /** Takes payment for reads. */
  readonly till: Till;
  readonly health: NodeHealth;
  readonly log: Logger;
}
