/** One creator on one market: everything that the verbs of this folder share. */
import { createHash } from 'node:crypto';
import type { Address } from 'viem';
import { WrongKeyError } from '../codec/format-errors.ts';
import { nodePlatform } from '../codec/platform-node.ts';
import type { WorkerPool } from '../codec/pool/pool.ts';
import { batchKey } from '../codec/seal.ts';
import type { Platform } from '../codec/types.ts';
import { ChainError } from '../chain/chain-errors.ts';
import type { Chain } from '../chain/client.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import { type Signer, signerAddress } from '../wire/typed-data.ts';
import { Edges } from '../reads/pay/edges.ts';
import { ReadPayer } from '../reads/pay/payer.ts';
import { ReadSource } from '../reads/pay/source.ts';
import { ForeignKeyring } from './adopt/foreign-keys.ts';
import { AgreementViews } from './fetch/agreement-view.ts';
import { type AvoidedProvider, ProviderHealth } from './fetch/health.ts';
import { type BatchPlace, PayloadReader } from './fetch/payload-reader.ts';
import { heavyUrls } from './heavies.ts';
import { holdersOf } from './holders.ts';
import { Lanes } from './lanes.ts';
import { LazyPool } from './lazy-pool.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';
import { Secrets } from './secrets.ts';
import { Sessions } from './sessions.ts';

export interface ClientOptions {
  /** With an account: the creator's. */
  readonly chain: Chain;
  /** Folder for the client's state. Losing it costs time, never data. */
  readonly home: string;
  /** Addresses of heavy nodes, preferred first: URLs, or multiaddrs of peers that know some; the registry's when left out. */
  readonly heavies?: readonly string[] | undefined;
  readonly platform?: Platform | undefined;
  /** For wallets that sign differently each time: 12 or 24 BIP-39 words. */
  readonly recoveryPhrase?: string | undefined;
  readonly policy?: Partial<Policy> | undefined;
}

export interface Client {
  readonly chain: Chain;
  readonly creator: Address;
  readonly signer: Signer;
  readonly platform: Platform;
  /** Threads for coding, hashing and sealing. */
  readonly pool: WorkerPool;
  readonly store: Store;
  /** The folder of this client's files. */
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

/**
 * @throws ChainError READ_ONLY when the chain was created without an account, WrongKeyError when the home folder is another wallet's
 * @example
 * const client = await createClient({ chain, home: '/home/ada/.holdfast' });
 * await put(client, { paths: ['photos'], name: 'photos' });
 * await client.close();
 */
export async function createClient(options: ClientOptions): Promise<Client> {
  const { chain, platform = nodePlatform } = options;
  const signer = chain.account;
  if (signer === undefined) throw new ChainError('READ_ONLY', 'A client needs an account, and none is connected.', { nextStep: 'Open a keystore or connect a wallet.' });
  const creator = signerAddress(signer);
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const store = await openNodeStore({ home: options.home, name: databaseName(chain) });
  try {
    await claimHome(store, creator);
  } catch (error) {
    await store.$disconnect();
    throw error;
  }
  const secrets = new Secrets({ chain, platform, store, signer, creator, recoveryPhrase: options.recoveryPhrase });
  const views = new AgreementViews(chain, policy.viewMs);
  const health = new ProviderHealth(policy);
  const pool = new LazyPool(platform);
  const sessions = new Sessions({ chain, signer, creator });
  // Only where the creator reads what is his own he reads for nothing.
  const identify = async (agreement: number) => ((await views.get(agreement)).state.creator === creator ? sessions.headers(agreement) : undefined);
  const payer = new ReadPayer({ chain, signer, policy: policy.reads, identify });
  const known = { chain, signer, home: options.home, namedHeavies: options.heavies };
  const source = new ReadSource({ own: creator, payer, edges: new Edges({ chain, policy: policy.reads, holdersOf: async (batchId) => holdersOf(await heavyUrls(known), batchId) }) });
  const foreign = new ForeignKeyring({ store, creator });
  const batchKeyOf = async (place: BatchPlace): Promise<Uint8Array> => {
    const isOwn = (await views.get(place.agreement)).state.creator === creator;
    const given = isOwn ? undefined : await foreign.find(place);
    return given ?? batchKey(platform, { sealKey: await secrets.sealKey(place.agreement), batchId: place.batchId });
  };
  return {
    chain,
    creator,
    signer,
    platform,
    pool,
    store,
    home: options.home,
    policy,
    namedHeavies: options.heavies,
    secrets,
    sessions,
    views,
    health,
    uploads: new Lanes({ startAtOnce: policy.transfersAtFirst, maxAtOnce: policy.transfersAtMost }),
    reader: new PayloadReader({ chain, platform, pool, views, health, policy, source, batchKey: batchKeyOf }),
    batchKey: batchKeyOf,
    source,
    avoided: () => health.report(),
    async close() {
      await pool.close();
      await store.$disconnect();
    },
  };
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

async function claimHome(store: Store, creator: Address): Promise<void> {
  const owner = await store.homeIdentity.findFirst();
  if (owner === null) await store.homeIdentity.create({ data: { creator } });
  else if (owner.creator !== creator) throw new WrongKeyError(`home folder, which belongs to ${owner.creator}`);
}
