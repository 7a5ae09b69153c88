/** Puts a client together from what its host gives it: Node a home folder, threads and a disk, a page IndexedDB and workers. */
import type { Address } from 'viem';
import { WrongKeyError } from '../codec/format-errors.ts';
import { Pages } from '../codec/pages.ts';
import type { WorkerPool } from '../codec/pool/pool.ts';
import { batchKey } from '../codec/seal.ts';
import type { Platform } from '../codec/types.ts';
import { ChainError } from '../chain/chain-errors.ts';
import type { Chain } from '../chain/client.ts';
import { Edges } from '../reads/pay/edges.ts';
import { ReadPayer } from '../reads/pay/payer.ts';
import { ReadSource } from '../reads/pay/source.ts';
import { signerAddress } from '../wire/typed-data.ts';
import { ForeignKeyring } from './adopt/foreign-keys.ts';
import type { Client } from './client.ts';
import { AgreementViews } from './fetch/agreement-view.ts';
import { ProviderHealth } from './fetch/health.ts';
import { type BatchPlace, PayloadReader } from './fetch/payload-reader.ts';
import { type FindPeers, heavyUrls } from './heavies.ts';
import { holdersOf } from './holders.ts';
import { Lanes } from './lanes.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';
import { Secrets } from './secrets.ts';
import { Sessions } from './sessions.ts';
import type { Source } from './source.ts';
import type { CreatorState } from './state/creator-state.ts';

export interface Host {
  readonly platform: Platform;
  readonly pool: WorkerPool;
  readonly state: CreatorState;
  /** Where the state lies, for messages: a folder, or a database of the browser. */
  readonly home: string;
  /** Files of this machine by their paths; a page has none. */
  readonly sourceOf?: ((paths: readonly string[]) => Source) | undefined;
  /** Memory for what an upload remembers of every file and chunk, which goes to a disk beyond some bound; a page has only memory. */
  readonly openPages?: (() => Pages) | undefined;
  /** Heavy nodes that peers know; without it their addresses are passed over. */
  readonly findPeers?: FindPeers | undefined;
}

export interface AssembleOptions {
  /** With an account: the creator's. */
  readonly chain: Chain;
  readonly heavies?: readonly string[] | undefined;
  readonly recoveryPhrase?: string | undefined;
  readonly policy?: Partial<Policy> | undefined;
}

/** @throws ChainError READ_ONLY when the chain was created without an account */
export function creatorOf(chain: Chain): { readonly signer: NonNullable<Chain['account']>; readonly creator: Address } {
  const signer = chain.account;
  if (signer === undefined) throw new ChainError('READ_ONLY', 'A client needs an account, and none is connected.', { nextStep: 'Open a keystore or connect a wallet.' });
  return { signer, creator: signerAddress(signer) };
}

/** Closes the state when it fails. @throws ChainError READ_ONLY; WrongKeyError when the state is another wallet's */
export async function assembleClient(options: AssembleOptions, host: Host): Promise<Client> {
  const { chain } = options;
  const { platform, pool, state, home } = host;
  const { signer, creator } = creatorOf(chain);
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  try {
    const owner = await state.claim(creator);
    if (owner.creator !== creator) throw new WrongKeyError(`home folder, which belongs to ${owner.creator}`);
  } catch (error) {
    await state.close();
    throw error;
  }
  const secrets = new Secrets({ chain, platform, state, signer, creator, recoveryPhrase: options.recoveryPhrase });
  const views = new AgreementViews(chain, policy.viewMs);
  const health = new ProviderHealth(policy);
  const sessions = new Sessions({ chain, signer, creator });
  // Only where the creator reads what is his own he reads for nothing.
  const identify = async (agreement: number) => ((await views.get(agreement)).state.creator === creator ? sessions.headers(agreement) : undefined);
  const payer = new ReadPayer({ chain, signer, policy: policy.reads, identify });
  const known = { chain, signer, home, namedHeavies: options.heavies, findPeers: host.findPeers };
  const source = new ReadSource({ own: creator, payer, edges: new Edges({ chain, policy: policy.reads, holdersOf: async (batchId) => holdersOf(await heavyUrls(known), batchId) }) });
  const foreign = new ForeignKeyring({ state, creator });
  const batchKeyOf = async (place: BatchPlace): Promise<Uint8Array> => {
    const isOwn = (await views.get(place.agreement)).state.creator === creator;
    const given = isOwn ? undefined : await foreign.find(place);
    return given ?? batchKey(platform, { sealKey: await secrets.sealKey(place.agreement), batchId: place.batchId });
  };
  return {
    ...known,
    creator,
    platform,
    pool,
    state,
    sourceOf: host.sourceOf,
    openPages: host.openPages ?? (() => new Pages()),
    policy,
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
      await state.close();
    },
  };
}
