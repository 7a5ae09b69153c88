/** Storing the newest version of a name once more, elsewhere, exactly as it is. */
import { keccak256, stringToHex } from 'viem';
import type { EncodedBatch } from '../codec/batch-line.ts';
import { equal } from '../codec/bytes.ts';
import { withoutVersions } from '../codec/catalog.ts';
import { manifestObjects } from '../codec/decode.ts';
import { type BundleResult, encodeBundle } from '../codec/encode-bundle.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Client } from './client.ts';
import { knownChunks } from './known-chunks.ts';
import { publishName } from './name-record.ts';
import { pickAgreement } from './pick-agreement.ts';
import type { OnProgress } from './progress.ts';
import { syncCatalog } from './sync-catalog.ts';
import { Journal } from './upload/journal.ts';
import { storeBundle } from './upload/store-bundle.ts';
import type { VersionUse } from './usage.ts';
import { withPages } from './with-pages.ts';

/**
 * Reads the version and writes it into a new bundle, without the chunks that the local index still knows elsewhere. Nothing is committed unless
 * every byte of it was read; `without`: paths that are left out. `rekey`: under which content keys, in the place of which version; else the version becomes the newest.
 * @throws MOVE_FAILED, QuotaExceededError, NotStoredError, UnrecoverableError and others of reading and storing
 */
export async function moveVersion(
  client: Client,
  options: { readonly agreement: number; readonly version: VersionUse; readonly without?: ReadonlySet<string> | undefined; readonly rekey?: { readonly generation: number; readonly version: number } | undefined; readonly signal?: AbortSignal | undefined; readonly onProgress?: OnProgress | undefined },
): Promise<void> {
  const { agreement, signal, onProgress, rekey, without = new Set<string>() } = options;
  const { name, ref, manifest: all } = options.version;
  const manifest = without.size === 0 ? all : { ...all, entries: all.entries.filter(({ path }) => !without.has(path)) };
  const { platform } = client;
  const catalog = await syncCatalog(client, { signal });
  const view = await pickAgreement(client, agreement);
  const keys = await client.secrets.keys();
  const source = client.reader.source({ signal });
  const journal = await Journal.open(client.state, { agreement, name, sourceDigest: `move ${ref.contentId} ${ref.created}${leftOut(without)}${rekey === undefined ? '' : ` to keys ${rekey.generation}`}` }, Date.now());
  const newest = catalog.names.get(name)?.at(-1);
  const stored = await withPages(client, async (pages) => {
    const batches = whole(name, without.size === 0 && rekey === undefined ? ref.root : undefined, encodeBundle({
      geometry: view.geometry,
      agreement,
      keys,
      sealKey: await client.secrets.sealKey(agreement),
      platform,
      catalog: rekey === undefined ? withoutVersions(catalog, name, (version) => version !== newest) : catalog,
      rekey,
      known: await knownChunks(client, agreement, { signal, pages }),
      pages,
      visibility: ref.visibility,
      name,
      created: ref.created,
      objects: manifestObjects({ platform, keys, source, signal }, manifest),
      signal,
    }));
    return (await storeBundle(client, { view, journal, batches, onProgress, signal })).stored;
  });
  if (stored === null) await journal.drop();
  await publishName(client).catch(() => undefined);
}

/** Another upload than the whole one. */
function leftOut(without: ReadonlySet<string>): string {
  return without.size === 0 ? '' : ` without ${keccak256(stringToHex([...without].sort().join('\0')))}`;
}

/** An encoder leaves out what it cannot read; here that would lose it. */
async function* whole(name: string, root: Uint8Array | undefined, batches: AsyncGenerator<EncodedBatch, BundleResult>): AsyncGenerator<EncodedBatch, BundleResult> {
  const result = yield* batches;
  if (result.unreadable.length === 0 && (root === undefined || equal(result.manifest.root, root))) return result;
  throw new HoldfastError('MOVE_FAILED', `${JSON.stringify(name)} could not be read completely, so it stays where it is.`, {
    retryable: true,
    details: { name, unreadable: result.unreadable },
    nextStep: 'Try again when more providers are up.',
  });
}
