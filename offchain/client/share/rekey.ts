/** Storing names anew under keys that nobody was given, and giving up what lies under the old ones. */
import { readRenewal } from '../../chain/pot.ts';
import { retiredBundles } from '../../chain/retire-bundle.ts';
import { type Catalog, generationOf } from '../../codec/catalog.ts';
import type { Client } from '../client.ts';
import { forgetBundles } from '../forget-bundles.ts';
import { moveVersion } from '../move-version.ts';
import type { OnProgress } from '../progress.ts';
import { retire } from '../retire.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { type VersionUse, usageOf } from '../usage.ts';

export interface RekeyPlan {
  /** With those that have chunks in common with what was asked for: these would stay readable under their names. */
  readonly names: readonly string[];
  /** `agreement/bundle`: where the content lies now. */
  readonly bundles: readonly string[];
  readonly generation: number;
  /** Each is stored with one transaction, and each bundle given up with one. */
  readonly versions: number;
  readonly sizeBytes: number;
  /** Batches that the new copies take at most, until the old ones are given up. */
  readonly batches: number;
  /** Of locked agreements, in which nothing can be given up: what lies there stays readable to whoever has its keys. */
  readonly locked: readonly number[];
}

/** A manifest, a catalog and a footer beside the data. */
const OVERHEAD_BYTES = 65_536;

/** What it would take; changes nothing. @throws UnrecoverableError when a manifest cannot be read */
export async function planRekey(client: Client, names: readonly string[], signal?: AbortSignal): Promise<RekeyPlan> {
  const catalog = await syncCatalog(client, { signal });
  const { versions: all } = await usageOf(client, catalog, signal);
  const versions = all.filter(({ ref }) => ref.visibility === 'private');
  const asked = new Set(names);
  const bundles = new Set(versions.filter(({ name }) => asked.has(name)).flatMap(bundlesOf));
  const touching = versions.filter((version) => asked.has(version.name) || bundlesOf(version).some((bundle) => bundles.has(bundle)));
  const affected = [...new Set(touching.map(({ name }) => name))].sort();
  const moving = versions.filter(({ name }) => affected.includes(name));
  let batches = 0;
  for (const { ref, manifest } of moving) {
    const { geometry } = await client.views.get(ref.agreement);
    batches += Math.ceil((sizeOf(manifest) + OVERHEAD_BYTES) / geometry.payloadSize);
  }
  const locked: number[] = [];
  for (const agreement of new Set(moving.map(({ ref }) => ref.agreement))) if ((await readRenewal(client.chain, agreement)).isLocked) locked.push(agreement);
  return {
    names: affected,
    bundles: [...bundles].sort(),
    generation: Math.max(...[...catalog.names.keys()].map((name) => generationOf(catalog, name)), 0) + 1,
    versions: moving.length,
    sizeBytes: moving.reduce((sum, { manifest }) => sum + sizeOf(manifest), 0),
    batches,
    locked,
  };
}

export interface Rekeyed {
  readonly versions: number;
  /** Bundles that were given up. */
  readonly retired: readonly string[];
  /** Bundles that could not be: something else needs them, or their agreement is locked. */
  readonly kept: readonly string[];
}

/**
 * May be ended at any moment and run again with the same plan: versions that are under the generation already stay. Nothing is given up before what replaces it
 * is committed. Older versions keep their places and times.
 * @throws MOVE_FAILED, QuotaExceededError, NotStoredError, UnrecoverableError, ContractRevertError, RpcUnavailableError
 */
export async function rekey(client: Client, plan: Pick<RekeyPlan, 'names' | 'bundles' | 'generation'>, options: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined } = {}): Promise<Rekeyed> {
  const { signal } = options;
  const homes = plan.bundles.map((text) => text.split('/').map(Number) as [agreement: number, bundle: number]);
  const agreements = [...new Set(homes.map(([agreement]) => agreement))];
  // Else parts of new catalogs would be said to lie where nothing must stay.
  for (const agreement of agreements) await forgetBundles(client, { agreement, bundles: homes.filter(([one]) => one === agreement).map(([, bundle]) => bundle) });
  let versions = 0;
  for (const name of plan.names) {
    for (let next = await nextOf(client, name, plan.generation, signal); next !== undefined; next = await nextOf(client, name, plan.generation, signal)) {
      await moveVersion(client, { agreement: next.use.ref.agreement, version: next.use, rekey: { generation: plan.generation, version: next.version }, ...options });
      versions++;
    }
  }
  const retired = new Set<string>();
  for (const agreement of agreements) for (const bundle of (await retire(client, { agreement, signal })).bundles) retired.add(`${agreement}/${bundle}`);
  const kept = await stillThere(client, plan.bundles, signal);
  return { versions, retired: [...retired], kept };
}

/** The first version of the name that is under older keys. */
async function nextOf(client: Client, name: string, generation: number, signal: AbortSignal | undefined): Promise<{ version: number; use: VersionUse } | undefined> {
  const catalog: Catalog = await syncCatalog(client, { signal });
  const versions = catalog.names.get(name) ?? [];
  const index = versions.findIndex((one) => one.kind === 'stored' && one.foreign === undefined && one.manifest.visibility === 'private' && (one.generation ?? 0) < generation);
  const found = versions[index];
  if (found?.kind !== 'stored') return undefined;
  const one: Catalog = { sequence: catalog.sequence, names: new Map([[name, [found]]]) };
  const [use] = (await usageOf(client, one, signal)).versions;
  return use === undefined ? undefined : { version: index + 1, use };
}

async function stillThere(client: Client, bundles: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
  const left: string[] = [];
  for (const text of bundles) {
    signal?.throwIfAborted();
    const [agreement = 0, bundle = 0] = text.split('/').map(Number);
    if (!(await retiredBundles(client.chain, agreement)).has(bundle)) left.push(text);
  }
  return left;
}

function bundlesOf({ manifest }: VersionUse): string[] {
  return [...new Set(manifest.chunks.map(({ agreement, bundle }) => `${agreement}/${bundle ?? ''}`))];
}

function sizeOf({ entries }: VersionUse['manifest']): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}
