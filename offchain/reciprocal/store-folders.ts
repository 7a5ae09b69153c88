/** Brings the network up to what the folders hold. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../client/collect.ts';
import { complete } from '../client/complete.ts';
import { QuotaExceededError } from '../client/errors.ts';
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { grow } from '../client/grow.ts';
import { type PutResult, put } from '../client/put.ts';
import { priceOf } from '../provider/price.ts';
import type { Node } from './context.ts';
import type { FolderNow } from './folders.ts';
import { quotaFor, requireGiven } from './plan.ts';
import { type StoredFolder, changeState, loadState } from './state.ts';
import { takenByHand } from './taken.ts';

const GROWTH_LEAST = 4;

/** Where nobody has changed anything nothing is read, sent or paid. */
export async function storeFolder(node: Node, place: AgreementView, options: { readonly now: FolderNow; readonly dataBytes: bigint }): Promise<void> {
  const { now } = options;
  const { name, facts } = now;
  const stored = (await loadState(node.client.store)).folders[name];
  if (facts === undefined) return storeOwnCopy(node, place, options);
  if (stored?.agreement === place.id && stored.digest === facts.digest) return completeFolder(node, place, name, stored);
  const result = await putWithRoom(node, place, { path: now.folder, name, dataBytes: options.dataBytes });
  await noteStored(node, place, { name, digest: facts.digest, bytes: facts.bytes, files: facts.files, result });
}

/** The folder is gone, and the network does not have it, or had it in an agreement that lapsed: what is kept here goes there. */
async function storeOwnCopy(node: Node, place: AgreementView, { now, dataBytes }: { now: FolderNow; dataBytes: bigint }): Promise<void> {
  // Own copies make room as soon as the network has them.
  const list = await node.vault.newest(now.name);
  if (list === undefined) return;
  const path = await mkdtemp(join(tmpdir(), 'holdfast-reciprocal-'));
  try {
    const { failed } = await node.vault.restore(now.name, path);
    const [first] = failed;
    if (first !== undefined) throw first.error;
    const result = await putWithRoom(node, place, { path, name: now.name, dataBytes });
    const files = list.entries.filter(({ kind }) => kind === 'file');
    await noteStored(node, place, { name: now.name, digest: list.digest, bytes: files.reduce((sum, { size }) => sum + size, 0), files: files.length, result });
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** Where it does not fit, older versions give way first; then the agreement grows, within what this node gives. */
async function putWithRoom(node: Node, place: AgreementView, { path, name, dataBytes }: { path: string; name: string; dataBytes: bigint }): Promise<PutResult> {
  const { client, signal } = node;
  const store = (): Promise<PutResult> => put(client, { paths: [path], name, agreement: place.id, signal });
  try {
    return await store();
  } catch (error) {
    if (!(error instanceof QuotaExceededError)) throw error;
  }
  const names = node.folders.map((one) => one.name);
  const { freedBatches } = await collect(client, { agreement: place.id, keepVersions: 1, names, signal });
  node.log.info('versions.collected', { agreement: place.id, freedBatches });
  try {
    return await store();
  } catch (error) {
    if (!(error instanceof QuotaExceededError)) throw error;
  }
  await growPlace(node, place, dataBytes);
  return store();
}

/** To what the folders need, and by a quarter of what there is at least: growing waits for all providers. */
export async function growPlace(node: Node, place: AgreementView, dataBytes: bigint): Promise<void> {
  const { client, config, giveBytes } = node;
  const { state } = await client.views.refresh(place.id);
  const { k, m, batchLog2 } = state;
  const wanted = Math.max(quotaFor({ dataBytes, scheme: state, batchLog2 }) - state.quota, GROWTH_LEAST, Math.ceil(state.quota / 4));
  const space = { k, m, batchLog2, quota: state.quota + wanted };
  requireGiven({ space, dataBytes, giveBytes, takenBytes: await takenByHand(node) });
  const { quota, cost } = await grow(client, { agreement: place.id, quota: wanted, priceLimit: priceOf({ price: { perGibEpoch: config.pricePerGibEpoch } }, space), signal: node.signal });
  node.log.info('place.grown', { agreement: place.id, quota, cost });
}

async function noteStored(node: Node, place: AgreementView, done: { name: string; digest: string; bytes: number; files: number; result: PutResult }): Promise<void> {
  const { name, digest, bytes, files, result } = done;
  const isIncomplete = result.lost.length > 0;
  await changeState(node.client.store, ({ folders }) => ({ folders: { ...folders, [name]: { digest, agreement: place.id, bytes, files, storedMs: Date.now(), isIncomplete } } }));
  // Only now: until here the own copy may be the only one.
  await node.vault.drop(name);
  for (const problem of result.problems) node.log.warn('file.not-stored', { name, path: problem.path, reason: problem.reason });
  if (!result.unchanged) node.log.info('folder.stored', { name, agreement: place.id, bundle: result.bundle, receipts: result.receipts, lost: result.lost });
}

/** Slots that missed something get it as soon as they answer. */
async function completeFolder(node: Node, place: AgreementView, name: string, stored: StoredFolder): Promise<void> {
  const step = `completing agreement ${place.id}`;
  if (!stored.isIncomplete || !node.retries.isDue(step)) return;
  const { failures } = await complete(node.client, { agreement: place.id, signal: node.signal });
  if (failures.length > 0) return node.retries.failed(step);
  node.retries.succeeded(step);
  await changeState(node.client.store, ({ folders }) => ({ folders: { ...folders, [name]: { ...stored, isIncomplete: false } } }));
}
