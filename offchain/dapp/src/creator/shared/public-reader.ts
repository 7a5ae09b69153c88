import type { Chain } from '../../../../chain/client.ts';
import { AgreementViews } from '../../../../client/fetch/agreement-view.ts';
import { ProviderHealth } from '../../../../client/fetch/health.ts';
import { LazyPool } from '../../../../client/lazy-pool.ts';
import type { PublicReader } from '../../../../client/named/public-reader.ts';
import { DEFAULT_POLICY } from '../../../../client/policy.ts';
import { browserPlatform } from '../../../../codec/platform-browser.ts';
import { openBrowserPool } from '../../../../codec/pool/pool-browser.ts';

const THREADS = 2;

/** Reads without a wallet: providers that ask a price are passed over. */
export function createPageReader(chain: Chain): PublicReader & { close(): Promise<void> } {
  const platform = browserPlatform();
  const startWorker = () => new Worker(new URL('../../../../codec/pool/worker-browser.ts', import.meta.url), { type: 'module' });
  const pool = new LazyPool({ platform, threads: THREADS, sharesMemory: globalThis.crossOriginIsolated, open: () => openBrowserPool({ threads: THREADS, startWorker }) });
  return {
    chain, platform, pool,
    policy: DEFAULT_POLICY,
    views: new AgreementViews(chain, DEFAULT_POLICY.viewMs),
    health: new ProviderHealth(DEFAULT_POLICY),
    source: { read: ({ endpoint, signal }, send) => send({ endpoint, headers: {}, signal }) },
    close: () => pool.close(),
  };
}
