/** A creator's client in a page: its state in IndexedDB, its threads module workers. */
import { browserPlatform } from '../../codec/platform-browser.ts';
import { openBrowserPool } from '../../codec/pool/pool-browser.ts';
import { type AssembleOptions, assembleClient, creatorOf } from '../assemble-client.ts';
import type { Client } from '../client.ts';
import { LazyPool } from '../lazy-pool.ts';
import { openIndexedDbState } from '../state/indexed-db-state.ts';
import { textDigest } from '../text-digest.ts';

/** More of them wait for memory, and each takes some megabytes of its own. */
const THREADS_MAX = 8;

export interface BrowserClientOptions extends AssembleOptions {
  /** Addresses of heavy nodes, preferred first; the registry's when left out. */
  readonly heavies?: readonly string[] | undefined;
  /** For wallets that sign differently each time: 12 or 24 BIP-39 words. */
  readonly recoveryPhrase?: string | undefined;
  /** Starts `holdfast/codec/worker`; needed only where the bundler does not understand `new Worker(new URL(..., import.meta.url))`. */
  readonly startWorker?: (() => Worker) | undefined;
  /** One for each core, at most eight, when left out; 0 does everything on the page's own thread. */
  readonly threads?: number | undefined;
  /** In front of the names of the databases; 'holdfast' when left out. */
  readonly databasePrefix?: string | undefined;
}

/**
 * One database for each market and wallet, shared by all tabs of the site.
 * @throws ChainError READ_ONLY when the chain was created without an account, BrowserStorageError
 * @example
 * const client = await createBrowserClient({ chain, heavies });
 * await put(client, { source: filesSource(input.files), name: 'photos' });
 * await client.close();
 */
export async function createBrowserClient(options: BrowserClientOptions): Promise<Client> {
  const { chain, databasePrefix = 'holdfast', threads = Math.min(THREADS_MAX, navigator.hardwareConcurrency), startWorker = startOwnWorker } = options;
  const { creator } = creatorOf(chain);
  const { deployment, clock } = chain;
  // A devnet that starts anew has the same addresses but another genesis: what was known of the old one would be wrong.
  const home = `${databasePrefix}-${textDigest(`${deployment.chainId}/${deployment.market.toLowerCase()}/${clock.genesis}/${creator.toLowerCase()}`).slice(0, 24)}`;
  const platform = browserPlatform();
  const sharesMemory = globalThis.crossOriginIsolated;
  const pool = new LazyPool({ platform, threads, sharesMemory: threads > 0 && sharesMemory, open: () => openBrowserPool({ threads, startWorker }) });
  return assembleClient(options, { platform, pool, state: await openIndexedDbState({ name: home }), home });
}

function startOwnWorker(): Worker {
  return new Worker(new URL('../../codec/pool/worker-browser.ts', import.meta.url), { type: 'module' });
}
