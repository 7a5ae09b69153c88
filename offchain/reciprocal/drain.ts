/** Empties and closes the agreements that a better one has replaced. Nothing is given up before its replacement is committed and confirmed. */
import { readBundle } from '../chain/read-bundle.ts';
import { type Catalog, type CatalogVersion, withoutVersions } from '../codec/catalog.ts';
import { readManifest } from '../codec/decode.ts';
import { QuotaExceededError } from '../client/errors.ts';
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { loadCatalog } from '../client/local-state.ts';
import { moveVersion } from '../client/move-version.ts';
import { storeCatalog } from '../client/store-catalog.ts';
import { syncCatalog } from '../client/sync-catalog.ts';
import { Journal } from '../client/upload/journal.ts';
import { HoldfastError } from '../wire/errors.ts';
import type { Node } from './context.ts';
import { changeState, loadState } from './state.ts';
import { growPlace } from './store-folders.ts';
import { runningAgreements } from './taken.ts';

const STEP = 'replacing older agreements';

/** Call it when the folders, of so many bytes, are stored in `place`. */
export async function drain(node: Node, place: AgreementView, dataBytes: bigint): Promise<void> {
  const { client } = node;
  const { agreements } = await loadState(client.store);
  const old = await runningAgreements(client, agreements.filter((id) => id !== place.id));
  if (old.length === 0) return node.cleared(STEP);
  const ids = new Set(old.map(({ id }) => id));
  await moveNewest(node, place, { old: ids, dataBytes });
  const catalog = await forgetOlder(node, place, ids);
  for (const view of old) {
    const names = namesIn(catalog, new Set([view.id]));
    if (names.length > 0) node.note(STEP, stillNeeded(view.id, names));
    else if (await isConfirmed(node, place, view)) await giveUp(node, view.id);
  }
}

/** Every name whose newest version lies in an old agreement: those that `put` found unchanged, whose folder is gone, or that were stored by hand. */
async function moveNewest(node: Node, place: AgreementView, { old, dataBytes }: { old: ReadonlySet<number>; dataBytes: bigint }): Promise<void> {
  const { client, signal, log } = node;
  const { platform, reader } = client;
  for (const [name, versions] of (await syncCatalog(client, { signal })).names) {
    const newest = versions.at(-1);
    if (newest?.kind !== 'stored' || !liesIn(newest, old)) continue;
    const ref = newest.manifest;
    const manifest = await readManifest({ platform, keys: await client.secrets.keys(), source: reader.source({ signal }), signal }, ref);
    const move = (): Promise<void> => moveVersion(client, { agreement: place.id, version: { name, isNewest: true, ref, manifest }, signal });
    await move().catch(async (error: unknown) => {
      if (!(error instanceof QuotaExceededError)) throw error;
      const moved = manifest.entries.reduce((sum, { size }) => sum + BigInt(size), 0n);
      await growPlace(node, place, dataBytes + moved);
      await move();
    });
    log.info('version.moved', { name, agreement: place.id });
  }
}

/** Older versions of the own folders, and deleted names, stay behind; and the catalog comes along. */
async function forgetOlder({ client, folders, signal }: Node, place: AgreementView, old: ReadonlySet<number>): Promise<Catalog> {
  const before = await syncCatalog(client, { signal });
  const own = new Set(folders.map(({ name }) => name));
  let catalog = before;
  for (const [name, versions] of before.names) {
    const newest = versions.at(-1);
    if (newest?.kind === 'deleted' && versions.some((one) => liesIn(one, old))) catalog = withoutVersions(catalog, name);
    else if (own.has(name)) catalog = withoutVersions(catalog, name, (version) => version === newest || !liesIn(version, old));
  }
  const { home } = await loadCatalog(client);
  if (catalog === before && (home === null || !old.has(home.agreement))) return before;
  const sourceDigest = `replace ${[...old].join()} ${catalog.sequence}`;
  const journal = await Journal.open(client.state, { agreement: place.id, name: 'catalog', sourceDigest }, Date.now());
  await storeCatalog(client, { view: await client.views.refresh(place.id), journal, catalog, signal });
  return (await loadCatalog(client)).catalog;
}

export function liesIn(version: CatalogVersion, agreements: ReadonlySet<number>): boolean {
  if (version.kind === 'deleted') return false;
  const { agreement, chunks } = version.manifest;
  // File chunks lie in the agreement of their manifest: deduplication never crosses agreements.
  return agreements.has(agreement) || chunks.some((chunk) => agreements.has(chunk.agreement));
}

function namesIn(catalog: Catalog, agreements: ReadonlySet<number>): string[] {
  return [...catalog.names].flatMap(([name, versions]) => (versions.some((version) => liesIn(version, agreements)) ? [name] : []));
}

/** As many losses can be survived in the new place as in the old one, by the receipts on the chain. */
async function isConfirmed({ client }: Node, place: AgreementView, old: AgreementView): Promise<boolean> {
  const { state } = await client.views.refresh(place.id);
  for (let bundle = 0; bundle < state.bundles; bundle++) {
    const { acknowledged, retired } = await readBundle(client.chain, place.id, bundle);
    const confirmed = state.slots.filter(({ slot, provider }) => provider !== 0 && ((acknowledged >> BigInt(slot)) & 1n) === 1n).length;
    if (retired === 0 && confirmed - state.k < Math.min(old.state.m, state.m)) return false;
  }
  return state.bundles > 0;
}

/** Written down first: from now on it is not renewed, and `settleClosed` closes it, now or after a restart. */
export async function giveUp(node: Node, agreement: number): Promise<void> {
  await changeState(node.client.store, ({ agreements, closed }) => ({ agreements: agreements.filter((id) => id !== agreement), closed: [...closed, agreement] }));
  node.cleared(STEP);
  node.log.info('place.given-up', { agreement });
}

function stillNeeded(agreement: number, names: readonly string[]): HoldfastError {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name)).join(', ');
  return new HoldfastError('STILL_NEEDED', `Agreement ${agreement} holds older versions of ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''} that cannot be moved, so it goes on and is paid.`, {
    details: { agreement, names },
    nextStep: 'Delete these names, or wait until they are not needed.',
  });
}
