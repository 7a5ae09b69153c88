/** Who still holds what: for each stored object, one sign for each slot of the agreements that it lies in. */
import { readBundle } from '../chain/read-bundle.ts';
import type { Catalog } from '../codec/catalog.ts';
import type { ManifestRef } from '../codec/manifest-ref.ts';
import { readManifest } from '../codec/decode.ts';
import { mapAhead } from '../codec/map-ahead.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError, messageOf } from './errors.ts';
import { loadCatalog } from './local-state.ts';
import type { AgreementStatus, SlotStatus } from './status.ts';
import { syncCatalog } from './sync-catalog.ts';

/** One slot: proved this epoch; proved before; new and not proven; never signed for a bundle of the object; faulted; vacant. */
export type SlotSign = '#' | '+' | '~' | '?' | '!' | '.';

/** The object's part in one agreement. */
export interface PartHealth {
  readonly agreement: number;
  /** A sign for each slot, in order. */
  readonly map: string;
  readonly k: number;
  readonly m: number;
  /** Slots that hold it and may still be lost; negative: so many too few hold it. */
  readonly spare: number;
  /** Of the slots that hold it. */
  readonly regions: readonly number[];
  /** Unix seconds of the newest proof of any of them; null when none has proven yet. */
  readonly lastProof: number | null;
  readonly isRunning: boolean;
  /** Unix seconds. */
  readonly paidUntil: number;
  readonly bundles: readonly number[];
}

export interface ObjectHealth {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  /** Null when the manifest was not, or could not be read: then only the bundle that carries it is looked at. */
  readonly sizeBytes: number | null;
  readonly problem?: string;
  readonly parts: readonly PartHealth[];
}

export interface HealthMap {
  readonly objects: readonly ObjectHealth[];
  /** Why the list is that of the home folder only, and may be old. */
  readonly isOld?: string;
}

/** More manifests are read only when an object is named. */
const MANIFESTS_MAX = 256;
const AT_ONCE = 8;

/**
 * Of the newest versions that lie in `agreements` (as `status` gives them), or only of `name`.
 * @throws NoSuchObjectError, RpcUnavailableError, AbortedError
 */
export function objectHealth(client: Client, options: { readonly agreements: readonly AgreementStatus[]; readonly name?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<HealthMap> {
  const { name, signal } = options;
  return abortable('Looking at the objects', signal, async () => {
    const { catalog, isOld } = await newestCatalog(client, signal);
    const wanted = newestVersions(catalog).filter((one) => name === undefined || one.name === name);
    if (name !== undefined && wanted.length === 0) throw new NoSuchObjectError(name, 'nothing is stored under this name');
    const agreements = new Map(options.agreements.map((one) => [one.agreement, one]));
    const acknowledged = acknowledgements(client);
    const readAll = wanted.length <= MANIFESTS_MAX;
    const objects: ObjectHealth[] = [];
    for await (const one of mapAhead(wanted, AT_ONCE, async (version) => healthOf(client, version, { agreements, acknowledged, readAll, signal }))) {
      if (one.parts.length > 0) objects.push(one);
    }
    return { objects, ...(isOld === undefined ? {} : { isOld }) };
  });
}

interface NamedRef {
  readonly name: string;
  readonly version: number;
  readonly ref: ManifestRef;
}

/** Where providers do not answer, what the home folder knows: this is the command for bad times. */
async function newestCatalog(client: Client, signal: AbortSignal | undefined): Promise<{ catalog: Catalog; isOld?: string }> {
  try {
    return { catalog: await syncCatalog(client, { signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    return { catalog: (await loadCatalog(client)).catalog, isOld: messageOf(error) };
  }
}

function newestVersions({ names }: Catalog): NamedRef[] {
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, versions]) => {
    const newest = versions.at(-1);
    return newest?.kind === 'stored' ? [{ name, version: versions.length, ref: newest.manifest }] : [];
  });
}

type Acknowledged = (agreement: number, bundle: number) => Promise<bigint>;

/** Each bundle is asked for once. */
function acknowledgements({ chain }: Client): Acknowledged {
  const known = new Map<string, Promise<bigint>>();
  return (agreement, bundle) => {
    const key = `${agreement}/${bundle}`;
    const asked = known.get(key) ?? readBundle(chain, agreement, bundle).then((state) => state.acknowledged);
    known.set(key, asked);
    return asked;
  };
}

async function healthOf(
  client: Client,
  { name, version, ref }: NamedRef,
  { agreements, acknowledged, readAll, signal }: { agreements: ReadonlyMap<number, AgreementStatus>; acknowledged: Acknowledged; readAll: boolean; signal: AbortSignal | undefined },
): Promise<ObjectHealth> {
  let chunks = ref.chunks;
  let sizeBytes: number | null = null;
  let problem: string | undefined;
  if (readAll) {
    try {
      const manifest = await readManifest({ platform: client.platform, keys: await client.secrets.keys(), source: client.reader.source({ signal }), signal }, ref);
      chunks = [...ref.chunks, ...manifest.chunks];
      sizeBytes = manifest.entries.reduce((sum, entry) => sum + entry.size, 0);
    } catch (error) {
      signal?.throwIfAborted();
      problem = messageOf(error);
    }
  }
  const bundlesOf = new Map<number, Set<number>>();
  for (const { agreement, bundle } of chunks) if (bundle !== null) bundlesOf.set(agreement, (bundlesOf.get(agreement) ?? new Set()).add(bundle));
  const parts: PartHealth[] = [];
  for (const [id, bundles] of [...bundlesOf].sort(([a], [b]) => a - b)) {
    const agreement = agreements.get(id);
    if (agreement !== undefined) parts.push(partOf(agreement, [...bundles].sort((a, b) => a - b), await Promise.all([...bundles].map((bundle) => acknowledged(id, bundle)))));
  }
  return { name, version, contentId: ref.contentId, sizeBytes, ...(problem === undefined ? {} : { problem }), parts };
}

function partOf({ agreement, k, m, slots, isRunning, paidUntil }: AgreementStatus, bundles: readonly number[], acknowledged: readonly bigint[]): PartHealth {
  const signs = slots.map((slot) => signOf(slot, acknowledged.every((bits) => ((bits >> BigInt(slot.slot)) & 1n) === 1n)));
  const holding = slots.filter((_, i) => ['#', '+', '~'].includes(signs[i] ?? '.'));
  const proofs = holding.flatMap(({ lastProof }) => (lastProof === undefined ? [] : [lastProof]));
  return {
    agreement, map: signs.join(''), k, m, isRunning, paidUntil, bundles,
    spare: isRunning ? holding.length - k : 0,
    regions: [...new Set(holding.flatMap(({ region }) => (region === undefined ? [] : [region])))].sort((a, b) => a - b),
    lastProof: proofs.length === 0 ? null : Math.max(...proofs),
  };
}

export function signOf({ provider, faulted, provedThisEpoch, lastProof }: SlotStatus, hasSigned: boolean): SlotSign {
  if (provider === 0) return '.';
  if (faulted) return '!';
  if (!hasSigned) return '?';
  if (provedThisEpoch) return '#';
  return lastProof === undefined ? '~' : '+';
}
