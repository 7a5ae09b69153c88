/** What a creator can do about losses: give slots what they missed, store what still lives of lost bundles anew, and give these bundles up. */
import { retiredBundles } from '../../chain/retire-bundle.ts';
import { withoutVersions } from '../../codec/catalog.ts';
import type { ManifestRef } from '../../codec/manifest-ref.ts';
import type { ChunkRef } from '../../codec/types.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { type CompleteResult, complete } from '../complete.ts';
import { QuotaExceededError, messageOf } from '../errors.ts';
import type { AgreementView } from '../fetch/agreement-view.ts';
import { forgetBundles } from '../forget-bundles.ts';
import { moveVersion } from '../move-version.ts';
import { pickAgreement } from '../pick-agreement.ts';
import type { OnProgress } from '../progress.ts';
import { retireBundles } from '../retire.ts';
import { storeCatalog } from '../store-catalog.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { Journal } from '../upload/journal.ts';
import { type KnownUsage, type VersionUse, bundleKey, knownUsageOf } from '../usage.ts';
import { type LostBundles, findLostBatches } from './lost-batches.ts';
import { tryReading } from './readable.ts';

export interface RepairOptions {
  /** The only running one when left out. */
  readonly agreement?: number | undefined;
  /** The agreement that takes what still lives; the same when left out. One with too many slots lost takes nothing new. */
  readonly into?: number | undefined;
  /** Forgets what cannot be read. Without it nothing is given up as long as anything needs it: absent providers may come back. */
  readonly giveUp?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A version that keeps a lost bundle. `paths`: what of it cannot be read, all of it where none is named; at most 100. */
export interface LostVersion {
  readonly name: string;
  readonly isNewest: boolean;
  readonly contentId: string;
  readonly paths: readonly string[];
  readonly lostPaths: number;
  readonly reason: string;
}

export interface RepairResult extends CompleteResult {
  readonly agreement: number;
  /** Bundles with batches of which too few fragments are left. */
  readonly lostBundles: readonly number[];
  /** Names whose newest version was stored anew, whole. */
  readonly moved: readonly string[];
  /** Names whose newest version was stored anew without the paths that are lost. */
  readonly movedInPart: readonly string[];
  readonly lost: readonly LostVersion[];
  /** Versions that the catalog does not list any more. */
  readonly forgotten: number;
  /** Bundles that were retired: the slots that they held up can change hands now. */
  readonly retired: readonly number[];
  /** There was too little free space to store everything anew: another run goes on. */
  readonly isPartial: boolean;
}

const PATHS_SHOWN = 100;

/**
 * May be ended at any moment and run again: nothing is given up before what replaces it is committed.
 * @throws AgreementError, NotStoredError, ConcurrentUploadError, RepairOnlyError, ContractRevertError, RpcUnavailableError
 */
export function repair(client: Client, options: RepairOptions = {}): Promise<RepairResult> {
  const { signal } = options;
  return abortable('Repairing', signal, async () => {
    await syncCatalog(client, { signal });
    const view = await pickAgreement(client, options.agreement);
    const agreement = view.id;
    const gone = await retiredBundles(client.chain, agreement);
    const { completed, failures } = await complete(client, { agreement, signal });
    const lost = await findLostBatches(client, view, { isLive: (bundle) => !gone.has(bundle), signal });
    const base = { agreement, completed, failures, lostBundles: [...lost.keys()] };
    if (lost.size === 0) return { ...base, moved: [], movedInPart: [], lost: [], forgotten: 0, retired: [], isPartial: false };
    const saved = await saveLiving(client, { view, lost, options });
    const { forgotten, retired } = await giveUp(client, { view, lost, options, isPartial: saved.isPartial });
    return { ...base, ...saved, forgotten, retired };
  });
}

interface Saved {
  readonly moved: readonly string[];
  readonly movedInPart: readonly string[];
  readonly lost: readonly LostVersion[];
  readonly isPartial: boolean;
}

async function saveLiving(client: Client, { view, lost, options }: { readonly view: AgreementView; readonly lost: LostBundles; readonly options: RepairOptions }): Promise<Saved> {
  const agreement = view.id;
  const { signal, onProgress, into = agreement, giveUp: mayForget = false } = options;
  const usage = await usageNow(client, signal);
  // Else chunks would be found where they must not stay.
  await forgetBundles(client, { agreement, bundles: [...lost.keys()] });
  const moved: string[] = [];
  const movedInPart: string[] = [];
  const left = usage.unread.filter((one) => isIn(one, agreement, lost)).map((one) => describe(one, [], one.reason));
  for (const version of usage.versions.filter((one) => touches(one, agreement, lost))) {
    const { lostPaths, reason } = await tryReading(client, { view, lost, signal }, version);
    const isWhole = lostPaths.length === 0;
    const remains = version.manifest.entries.some(({ kind, path }) => kind === 'file' && !lostPaths.includes(path));
    if (!isWhole || !version.isNewest) left.push(describe(version, lostPaths, reason ?? 'It can be read, but only newest versions can be stored anew.'));
    if (!version.isNewest || (!isWhole && !(mayForget && remains))) continue;
    try {
      await moveVersion(client, { agreement: into, version, without: new Set(lostPaths), signal, onProgress });
      (isWhole ? moved : movedInPart).push(version.name);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof QuotaExceededError) return { moved, movedInPart, lost: left, isPartial: true };
      left.push(describe(version, [], messageOf(error)));
    }
  }
  return { moved, movedInPart, lost: left, isPartial: false };
}

/** Retires lost bundles that nothing needs any more, or, where that was wished for, whatever needs them. */
async function giveUp(
  client: Client,
  { view, lost, options, isPartial }: { readonly view: AgreementView; readonly lost: LostBundles; readonly options: RepairOptions; readonly isPartial: boolean },
): Promise<{ readonly forgotten: number; readonly retired: readonly number[] }> {
  const { signal, giveUp: mayForget = false, into = view.id } = options;
  let usage = await usageNow(client, signal);
  let forgotten = 0;
  const doomed = new Set([...usage.versions.filter((one) => touches(one, view.id, lost)), ...usage.unread.filter((one) => isIn(one, view.id, lost))].map(({ name, ref }) => versionKey(name, ref)));
  const isCatalogLost = !usage.isCatalogRead || [...lost.keys()].some((bundle) => usage.bundles.get(bundleKey({ agreement: view.id, bundle }))?.isCatalog === true);
  const forgets = mayForget && !isPartial && doomed.size > 0;
  if (forgets || isCatalogLost) {
    const catalog = await syncCatalog(client, { signal });
    let pruned = catalog;
    if (forgets) {
      for (const [name] of catalog.names) pruned = withoutVersions(pruned, name, (version) => version.kind === 'deleted' || !doomed.has(versionKey(name, version.manifest)));
      forgotten = count(catalog) - count(pruned);
    }
    const journal = await Journal.open(client.state, { agreement: into, name: 'catalog', sourceDigest: `repair ${pruned.sequence}` }, Date.now());
    await storeCatalog(client, { view: await pickAgreement(client, into), journal, catalog: pruned, signal });
    usage = await usageNow(client, signal);
  }
  // What an unread manifest needs nobody knows.
  const isKnown = usage.isCatalogRead && (mayForget || usage.unread.length === 0);
  const free = (isKnown ? [...lost.keys()] : []).filter((bundle) => !usage.bundles.has(bundleKey({ agreement: view.id, bundle })));
  if (free.length === 0) return { forgotten, retired: [] };
  const { state } = await client.views.refresh(view.id);
  const { bundles } = await retireBundles(client, { agreement: view.id, bundles: free, knownBundles: state.bundles, signal });
  return { forgotten, retired: bundles };
}

async function usageNow(client: Client, signal: AbortSignal | undefined): Promise<KnownUsage> {
  return knownUsageOf(client, await syncCatalog(client, { signal }), signal);
}

function touches({ ref, manifest }: VersionUse, agreement: number, lost: LostBundles): boolean {
  return [...ref.chunks, ...manifest.chunks].some((chunk) => isThere(chunk, agreement, lost));
}

/** Its manifest is. */
function isIn({ ref }: Pick<VersionUse, 'ref'>, agreement: number, lost: LostBundles): boolean {
  return ref.chunks.some((chunk) => isThere(chunk, agreement, lost));
}

function isThere(chunk: ChunkRef, agreement: number, lost: LostBundles): boolean {
  return chunk.agreement === agreement && chunk.bundle !== null && lost.has(chunk.bundle);
}

/** The same content may be stored twice under one name, once in a lost bundle. */
function versionKey(name: string, ref: ManifestRef): string {
  return JSON.stringify([name, ref.contentId, ref.created, ref.chunks[0]?.agreement, ref.chunks[0]?.bundle]);
}

function describe({ name, isNewest, ref }: Pick<VersionUse, 'name' | 'isNewest' | 'ref'>, lostPaths: readonly string[], reason: string): LostVersion {
  return { name, isNewest, contentId: ref.contentId, paths: lostPaths.slice(0, PATHS_SHOWN), lostPaths: lostPaths.length, reason };
}

function count({ names }: { readonly names: ReadonlyMap<string, readonly unknown[]> }): number {
  return [...names.values()].reduce((sum, versions) => sum + versions.length, 0);
}
