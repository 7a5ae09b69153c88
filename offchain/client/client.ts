/** One creator on one market: everything that the verbs of this folder share, and how Node makes it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Address } from 'viem';
import { nodePlatform } from '../codec/platform-node.ts';
import { openPageFile } from '../codec/page-file-node.ts';
import { Pages } from '../codec/pages.ts';
import type { WorkerPool } from '../codec/pool/pool.ts';
import type { Platform } from '../codec/types.ts';
import type { Chain } from '../chain/client.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import type { Signer } from '../wire/typed-data.ts';
import type { ReadSource } from '../reads/pay/source.ts';
import { type AssembleOptions, type Host, assembleClient, creatorOf } from './assemble-client.ts';
import { sourceOf } from './disk-source.ts';
import type { AgreementViews } from './fetch/agreement-view.ts';
import type { AvoidedProvider, ProviderHealth } from './fetch/health.ts';
import type { BatchPlace, PayloadReader } from './fetch/payload-reader.ts';
import type { Lanes } from './lanes.ts';
import { nodePool } from './node-pool.ts';
import type { Policy } from './policy.ts';
import type { Secrets } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import type { CreatorState } from './state/creator-state.ts';
import { lettersFile, prismaState } from './state/prisma-state.ts';

export interface ClientOptions extends AssembleOptions {
  /** Folder for the client's state. Losing it costs time, never data. */
  readonly home: string;
  /** Addresses of heavy nodes, preferred first: URLs, or multiaddrs of peers that know some; the registry's when left out. */
  readonly heavies?: readonly string[] | undefined;
  readonly platform?: Platform | undefined;
  /** For wallets that sign differently each time: 12 or 24 BIP-39 words. */
  readonly recoveryPhrase?: string | undefined;
}

export interface Client extends Pick<Host, 'sourceOf' | 'findPeers'> {
  readonly chain: Chain;
  readonly creator: Address;
  readonly signer: Signer;
  readonly platform: Platform;
  /** Threads for coding, hashing and sealing. */
  readonly pool: WorkerPool;
  /** To be closed by whoever opened them. */
  openPages(): Pages;
  /** What this device remembers. */
  readonly state: CreatorState;
  /** The folder of this client's files; in a page the name of its database. */
  readonly home: string;
  readonly policy: Policy;
  readonly namedHeavies: readonly string[] | undefined;
  readonly secrets: Secrets;
  readonly sessions: Sessions;
  readonly views: AgreementViews;
  readonly health: ProviderHealth;
  /** Fragments on their way to providers. */
  readonly uploads: Lanes;
  readonly reader: PayloadReader;
  /** What unseals a batch: of one's own agreements, or of what one has adopted. */
  batchKey(place: BatchPlace): Promise<Uint8Array>;
  /** Where reads go to, and what is paid for them. */
  readonly source: ReadSource;
  /** Providers that failed this client so far, and why they are left alone. */
  avoided(): AvoidedProvider[];
  close(): Promise<void>;
}

/** Of the tables of one upload: of some thirty thousand small files. Those of more lie in a file of the home folder, a few hundred bytes for each. */
const PAGES_MAX_BYTES = 8 * 2 ** 20;

/** A client of Node, with the database of its home folder. */
export interface NodeClient extends Client {
  readonly store: Store;
}

/**
 * @throws ChainError READ_ONLY when the chain was created without an account, WrongKeyError when the home folder is another wallet's
 * @example
 * const client = await createClient({ chain, home: '/home/ada/.holdfast' });
 * await put(client, { paths: ['photos'], name: 'photos' });
 * await client.close();
 */
export async function createClient(options: ClientOptions): Promise<NodeClient> {
  const { chain, home, platform = nodePlatform } = options;
  const { signer, creator } = creatorOf(chain);
  const store = await openNodeStore({ home, name: databaseName(chain) });
  const state = prismaState(store, { lettersPath: join(home, lettersFile(chain.deployment, creator)) });
  const findPeers: Host['findPeers'] = async (addresses) => (await import('./peer-heavies.ts')).findHeavyUrls({ chain, signer, home, addresses });
  const client = await assembleClient(options, { platform, pool: nodePool(platform), state, home, sourceOf, openPages: () => new Pages({ maxBytes: PAGES_MAX_BYTES, open: () => openPageFile(home) }), findPeers });
  return { ...client, store };
}

/** A devnet that starts anew has the same addresses but another genesis: what was known of the old one would be wrong. */
function databaseName(chain: Chain): string {
  return `creator-${marketDigest(chain)}`;
}

/** What tells the databases of one home folder apart. */
export function marketDigest({ deployment, clock }: Chain): string {
  const market = `${deployment.chainId}/${deployment.market.toLowerCase()}/${clock.genesis}`;
  return createHash('sha256').update(market).digest('hex').slice(0, 12);
}
