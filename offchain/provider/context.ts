import type { LocalAccount, TypedDataDomain } from 'viem';
import type { Chain } from '../chain/client.ts';
import type { Logger } from '../store/log.ts';
import type { Store } from '../store/open.ts';
import type { AgreementCache } from './agreement-cache.ts';
import type { ProviderConfig } from './config.ts';
import type { FragmentFiles } from './fragment-files.ts';
import type { SteadyClock } from './steady-clock.ts';

/** What every verb of a running provider works with; put together once, in service.ts. */
export interface Provider {
  readonly id: number;
  readonly chain: Chain;
  readonly account: LocalAccount;
  readonly domain: TypedDataDomain;
  readonly store: Store;
  readonly files: FragmentFiles;
  readonly config: ProviderConfig;
  readonly agreements: AgreementCache;
  readonly clock: SteadyClock;
  readonly log: Logger;
}
