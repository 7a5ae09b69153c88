/** Keeping public content that somebody stored already: a reference in one's own catalog, and a share of what keeps it alive. */
import { hexToBytes } from 'viem';
import { joinPool } from '../../chain/commons.ts';
import { tokenBalance } from '../../chain/read-money.ts';
import { type Catalog, type CatalogVersion, withForeign } from '../../codec/catalog.ts';
import type { ManifestRef } from '../../codec/manifest-ref.ts';
import type { PublicLocation } from '../../wire/named.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { CostAboveLimitError, InsufficientTokensError, messageOf } from '../errors.ts';
import { pickAgreement } from '../pick-agreement.ts';
import type { OnProgress } from '../progress.ts';
import { storeCatalog } from '../store-catalog.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { Journal } from '../upload/journal.ts';
import { checkPlace } from './check-place.ts';
import { type AdoptionCost, adoptionCost } from './cost.ts';
import { NameTakenError, NotAdoptableError } from './errors.ts';
import { findKept } from './find-kept.ts';
import { foreignKeysOf } from './foreign-keys.ts';

export interface FindAdoptableOptions {
  readonly contentId: string;
  /** So many periods are to be paid for, as if nobody else paid. */
  readonly periods: number;
  /** Where it is said to lie; heavy nodes are asked where left out. */
  readonly location?: PublicLocation | undefined;
  readonly verify?: 'sampled' | 'full' | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A place that was checked. */
export interface Adoptable {
  readonly location: PublicLocation;
  readonly endPeriod: number;
  readonly cost: AdoptionCost;
  /** What was said of other places, and why it does not count. */
  readonly refused: readonly string[];
}

export interface AdoptOptions extends FindAdoptableOptions {
  /** In one's own catalog; the ContentID where left out. */
  readonly name?: string | undefined;
  /** Where the new catalog is stored; the only running agreement when left out. It takes one batch. */
  readonly agreement?: number | undefined;
  /** Token units that may be joined at most. */
  readonly maxCost?: bigint | undefined;
}

export interface Adopted {
  readonly name: string;
  readonly contentId: string;
  readonly cost: AdoptionCost;
  /** Token units that were joined now. */
  readonly paid: bigint;
  /** Ends when this period begins, unless somebody pays for more; the pool does by itself. */
  readonly endPeriod: number;
  /** True: the name referred to it already. */
  readonly unchanged: boolean;
}

/** The cheapest place that stands up to all checks. @throws NotAdoptableError, RpcUnavailableError, AbortedError */
export function findAdoptable(client: Client, options: FindAdoptableOptions): Promise<Adoptable> {
  const { contentId, periods, signal } = options;
  return abortable(`Looking for ${contentId}`, signal, async () => {
    const places = options.location === undefined ? (await findKept(client, { contentId, signal })).map(({ location }) => location) : [options.location];
    const refused: string[] = [];
    const good: Adoptable[] = [];
    for (const location of places) {
      try {
        if (location.contentId !== contentId) throw new NotAdoptableError(contentId, ['it is said of another ContentID']);
        const { endPeriod } = await checkPlace(client, { ...options, location });
        good.push({ location, endPeriod, cost: await adoptionCost(client, { location, periods }), refused });
      } catch (error) {
        signal?.throwIfAborted();
        refused.push(`in agreement ${location.manifest.agreement}: ${messageOf(error)}`);
      }
    }
    const [best] = good.sort((a, b) => (a.cost.due < b.cost.due ? -1 : 1));
    if (best === undefined) throw new NotAdoptableError(contentId, refused);
    return best;
  });
}

/**
 * Run again, it pays only what is missing: one's share of each pool is brought up to the periods asked for.
 * @throws NotAdoptableError, NameTakenError, CostAboveLimitError, InsufficientTokensError, AgreementError, NotStoredError, RpcUnavailableError, AbortedError
 */
export function adopt(client: Client, options: AdoptOptions): Promise<Adopted> {
  const { contentId, name = contentId, maxCost, signal } = options;
  return abortable(`Adopting ${contentId}`, signal, async () => {
    const { location, endPeriod, cost } = await findAdoptable(client, options);
    const before = await syncCatalog(client, { signal });
    const { unchanged } = referenceIn(before, name, contentId);
    const view = await pickAgreement(client, options.agreement);
    if (maxCost !== undefined && cost.due > maxCost) throw new CostAboveLimitError({ cost: cost.due, maxCost });
    const balance = await tokenBalance(client.chain, client.creator);
    if (balance < cost.due) throw new InsufficientTokensError({ balance, need: cost.due });
    // First the money: a reference to what nobody pays for would be worth nothing, and a share without one is shown and can be taken back.
    for (const { agreement, due } of cost.agreements) if (due > 0n) await joinPool(client.chain, { agreement, amount: due });
    if (!unchanged) {
      const journal = await Journal.open(client.state, { agreement: view.id, name, sourceDigest: `adopt ${contentId}` }, Date.now());
      const catalog = withForeign(before, name, { manifest: manifestOf(location, journal.created), foreign: foreignKeysOf(location.keys) });
      await storeCatalog(client, { view, journal, catalog, signal });
    }
    return { name, contentId, cost, paid: cost.due, endPeriod, unchanged };
  });
}

function referenceIn(catalog: Catalog, name: string, contentId: string): { unchanged: boolean } {
  const newest = catalog.names.get(name)?.at(-1);
  if (newest === undefined || newest.kind === 'deleted') return { unchanged: false };
  if (newest.manifest.contentId !== contentId) throw new NameTakenError(name);
  return { unchanged: isForeign(newest) };
}

export function isForeign(version: CatalogVersion): version is CatalogVersion & { kind: 'stored'; foreign: NonNullable<unknown> } {
  return version.kind === 'stored' && version.foreign !== undefined;
}

/** `created`: when it was adopted. */
function manifestOf({ contentId, root, manifest: { agreement, bundle, sizeBytes, chunks } }: PublicLocation, created: number): ManifestRef {
  return { visibility: 'public', contentId, root: hexToBytes(root), created, size: sizeBytes, agreement, bundle, chunks: chunks.map(({ chunkId, ...rest }) => ({ ...rest, chunkId: hexToBytes(chunkId) })) };
}
