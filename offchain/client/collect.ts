/** Freeing the space of what was deleted: forget it in the catalog, move what still lives out of mostly dead bundles, retire these. */
import { readBundle } from '../chain/read-bundle.ts';
import { readRenewal } from '../chain/pot.ts';
import { retiredBundles } from '../chain/retire-bundle.ts';
import { type Catalog, withoutVersions } from '../codec/catalog.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { QuotaExceededError } from './errors.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import { forgetBundles } from './forget-bundles.ts';
import { moveVersion } from './move-version.ts';
import { pickAgreement } from './pick-agreement.ts';
import type { OnProgress } from './progress.ts';
import { retire } from './retire.ts';
import { storeCatalog } from './store-catalog.ts';
import { syncCatalog } from './sync-catalog.ts';
import { Journal } from './upload/journal.ts';
import { type Usage, type VersionUse, bundleKey, usageOf } from './usage.ts';

export interface CollectOptions {
  /** The only running one when left out. */
  readonly agreement?: number | undefined;
  /** Newest versions of each name to keep; all of them when left out. Deleted names are forgotten with all versions. */
  readonly keepVersions?: number | undefined;
  /** Only versions of these names are forgotten; of all where left out. */
  readonly names?: readonly string[] | undefined;
  /** Bundles with at most this share of living bytes are emptied; a half when left out. */
  readonly maxLiveShare?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Collected {
  readonly agreement: number;
  /** Versions that the catalog does not list any more. */
  readonly forgotten: number;
  /** Names whose data was moved. */
  readonly moved: readonly string[];
  /** Bundles that were retired. */
  readonly bundles: readonly number[];
  /** Batches of quota that are free again, less those that the moving took. */
  readonly freedBatches: number;
  /** There was too little free space to move everything: another run goes on. */
  readonly isPartial: boolean;
}

/** A manifest and a catalog beside the data that moves. */
const OVERHEAD_BYTES = 65_536;

/**
 * May be ended at any moment and run again. Nothing is retired before what replaces it is committed.
 * @throws AgreementError, NotStoredError, ConcurrentUploadError, UnrecoverableError, RepairOnlyError, ContractRevertError, RpcUnavailableError
 */
export function collect(client: Client, options: CollectOptions = {}): Promise<Collected> {
  const { signal } = options;
  return abortable('Collecting', signal, async () => {
    const before = await syncCatalog(client, { signal });
    const view = await pickAgreement(client, options.agreement);
    const agreement = view.id;
    const usedBefore = used(view);
    const pruned = prune(before, options);
    if (pruned !== before) {
      const journal = await Journal.open(client.state, { agreement, name: 'catalog', sourceDigest: `collect ${pruned.sequence}` }, Date.now());
      await storeCatalog(client, { view, journal, catalog: pruned, signal });
    }
    const first = await retire(client, { agreement, signal });
    // What is moved out of a locked agreement's bundles frees nothing.
    const { isLocked } = await readRenewal(client.chain, agreement);
    const { moved, isPartial } = isLocked ? { moved: [], isPartial: false } : await moveLiving(client, agreement, options);
    const second = moved.length === 0 ? { bundles: [] } : await retire(client, { agreement, signal });
    const freedBatches = usedBefore - used(await client.views.refresh(agreement));
    return { agreement, forgotten: countVersions(before) - countVersions(pruned), moved, bundles: [...first.bundles, ...second.bundles], freedBatches, isPartial };
  });
}

function used({ state }: AgreementView): number {
  return state.batches - state.retiredBatches;
}

function prune(catalog: Catalog, { keepVersions = Infinity, names }: CollectOptions): Catalog {
  let pruned = catalog;
  for (const [name, versions] of catalog.names) {
    if (names?.includes(name) === false) continue;
    const isDeleted = versions.at(-1)?.kind === 'deleted';
    const kept = new Set(isDeleted ? [] : versions.filter(({ kind }) => kind === 'stored').slice(-Math.min(keepVersions, versions.length)));
    pruned = withoutVersions(pruned, name, (version) => kept.has(version));
  }
  return pruned;
}

function countVersions({ names }: Catalog): number {
  return [...names.values()].reduce((sum, versions) => sum + versions.length, 0);
}

async function moveLiving(client: Client, agreement: number, options: CollectOptions): Promise<{ moved: string[]; isPartial: boolean }> {
  const { signal, onProgress, maxLiveShare = 0.5 } = options;
  const usage = await usageOf(client, await syncCatalog(client, { signal }), signal);
  const emptied = await bundlesToEmpty(client, { agreement, usage, maxLiveShare });
  const moved: string[] = [];
  if (emptied.size === 0) return { moved, isPartial: false };
  // Else the data would be found where it must not stay.
  await forgetBundles(client, { agreement, bundles: [...emptied] });
  for (const version of usage.versions.filter((one) => touches(one, agreement, emptied))) {
    try {
      await moveVersion(client, { agreement, version, signal, onProgress });
      moved.push(version.name);
    } catch (error) {
      if (!(error instanceof QuotaExceededError)) throw error;
      return { moved, isPartial: true };
    }
  }
  return { moved, isPartial: false };
}

function touches({ ref, manifest }: VersionUse, agreement: number, bundles: ReadonlySet<number>): boolean {
  return [...ref.chunks, ...manifest.chunks].some((chunk) => chunk.agreement === agreement && chunk.bundle !== null && bundles.has(chunk.bundle));
}

/** Mostly dead, and larger than what moving would write anew. Older versions cannot move: their place in the list of versions is fixed. */
async function bundlesToEmpty({ chain, views }: Client, { agreement, usage, maxLiveShare }: { agreement: number; usage: Usage; maxLiveShare: number }): Promise<Set<number>> {
  const { state, geometry } = await views.refresh(agreement);
  const gone = await retiredBundles(chain, agreement);
  const emptied = new Set<number>();
  for (let bundle = 0; bundle < state.bundles; bundle++) {
    if (gone.has(bundle)) continue;
    const live = usage.bundles.get(bundleKey({ agreement, bundle }))?.bytes ?? 0;
    const { batches } = await readBundle(chain, agreement, bundle);
    const needed = Math.ceil((live + OVERHEAD_BYTES) / geometry.payloadSize);
    const isFixed = usage.versions.some((version) => !version.isNewest && touches(version, agreement, new Set([bundle])));
    if (!isFixed && needed < batches && live <= maxLiveShare * batches * geometry.payloadSize) emptied.add(bundle);
  }
  return emptied;
}
