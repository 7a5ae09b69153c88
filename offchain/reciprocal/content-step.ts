/** One look at folders and network: whatever changed in either is followed. Every part may be cut off at any point and done again. */
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { syncCatalog } from '../client/sync-catalog.ts';
import { setLeaving } from '../provider/leaving.ts';
import type { Node } from './context.ts';
import { drain, giveUp, liesIn } from './drain.ts';
import { NamesLeftError, OnlyCopyError, OwnCopiesTooLargeError } from './errors.ts';
import { type FolderNow, scanFolders } from './folders.ts';
import { look } from './landscape.ts';
import { oneAtATime, renew } from './money.ts';
import { openPlace } from './open-place.ts';
import { passOwnSlotOn } from './own-slot.ts';
import { changeState, loadState } from './state.ts';
import { storeFolder } from './store-folders.ts';

/** @throws RpcUnavailableError, AbortedError; what concerns one part only is noted, and the others go on */
export async function contentStep(node: Node): Promise<void> {
  const { client } = node;
  const folders = await scanFolders(node, await loadState(client.store));
  const dataBytes = folders.reduce((sum, folder) => sum + folder.dataBytes, 0n);
  for (const { name, problem } of folders) {
    if (problem === undefined) node.cleared(`folder ${name}`);
    else node.note(`folder ${name}`, problem);
  }
  if ((await loadState(client.store)).isLeaving) return leave(node, folders, dataBytes);
  // First of all the own copies: they need nobody.
  if ((await anyPlace(node)) === undefined) await keepOwnCopies(node, folders, dataBytes);
  // What is to be extended is not replaced for coming to its end.
  await oneAtATime(node, () => renew(node));
  const landscape = await look(client.chain);
  const place = await openPlace(node, { landscape, dataBytes });
  if (place === undefined) return;
  if (!(await storeAll(node, place, { folders, dataBytes }))) return;
  await drain(node, place, dataBytes);
  await passOwnSlotOn(node, place, landscape);
}

/** What the network holds comes back into own copies first; then its agreements are given up, and the provider hands over what it holds. */
async function leave(node: Node, folders: readonly FolderNow[], dataBytes: bigint): Promise<void> {
  await keepOwnCopies(node, folders, dataBytes);
  const { agreements, folders: stored } = await loadState(node.client.store);
  for (const { name, folder, facts } of folders) {
    const isStored = agreements.includes(stored[name]?.agreement ?? 0);
    if (isStored && facts === undefined && (await node.vault.newest(name)) === undefined) return node.note('leaving', new OnlyCopyError(name, folder));
  }
  const left = agreements.length === 0 ? [] : await namesLeft(node, new Set(agreements));
  if (left.length > 0) return node.note('leaving', new NamesLeftError(left));
  for (const agreement of agreements) await giveUp(node, agreement);
  const provider = node.provider();
  if (provider !== undefined) await setLeaving(provider.provider.store, true);
  node.cleared('leaving');
}

/** What else lies there: names that were stored by hand, and of folders that are no longer this node's. */
async function namesLeft({ client, folders, signal }: Node, agreements: ReadonlySet<number>): Promise<string[]> {
  const own = new Set(folders.map(({ name }) => name));
  const { names } = await syncCatalog(client, { signal });
  return [...names].flatMap(([name, versions]) => (!own.has(name) && versions.at(-1)?.kind === 'stored' && versions.some((version) => liesIn(version, agreements)) ? [name] : []));
}

async function anyPlace({ client }: Node): Promise<number | undefined> {
  return (await loadState(client.store)).agreements[0];
}

async function keepOwnCopies(node: Node, folders: readonly FolderNow[], dataBytes: bigint): Promise<void> {
  if (dataBytes > node.giveBytes) return node.note('own copies', new OwnCopiesTooLargeError(dataBytes, node.giveBytes));
  node.cleared('own copies');
  for (const { name, facts } of folders) {
    if (facts === undefined || (await node.vault.newest(name))?.digest === facts.digest) continue;
    await guarded(node, `own copy of ${name}`, async () => {
      const list = await node.vault.keep({ name, digest: facts.digest, objects: facts.objects, nowMs: Date.now(), signal: node.signal });
      node.log.info('own-copy.kept', { name, entries: list.entries.length });
    });
  }
  await verifyOwnCopies(node, folders);
}

/** A copy that lost its bytes is taken again from the folder, at once. */
async function verifyOwnCopies(node: Node, folders: readonly FolderNow[]): Promise<void> {
  const { client, config, vault, signal } = node;
  const { verifiedMs } = await loadState(client.store);
  if (Date.now() < verifiedMs + config.verifySeconds * 1_000) return;
  const damaged = await vault.verify(signal);
  if (damaged.length > 0) node.log.warn('own-copy.damaged', { paths: damaged.slice(0, 20), count: damaged.length });
  for (const { name, facts } of folders) {
    if (damaged.length === 0 || facts === undefined) continue;
    await guarded(node, `own copy of ${name}`, async () => void (await vault.keep({ name, digest: facts.digest, objects: facts.objects, nowMs: Date.now(), signal })));
  }
  await changeState(client.store, () => ({ verifiedMs: Date.now() }));
}

/** True when all of them are there. */
async function storeAll(node: Node, place: AgreementView, { folders, dataBytes }: { folders: readonly FolderNow[]; dataBytes: bigint }): Promise<boolean> {
  let isAll = true;
  for (const now of folders) isAll = (await guarded(node, `storing ${now.name}`, () => storeFolder(node, place, { now, dataBytes }))) && isAll;
  return isAll;
}

async function guarded(node: Node, step: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    node.cleared(step);
    return true;
  } catch (error) {
    node.signal.throwIfAborted();
    node.note(step, error);
    return false;
  }
}
