import type { Hex } from 'viem';
import type { AgreementState } from '../chain/read-agreement.ts';
import { geometry } from '../codec/geometry.ts';
import { authorize } from './authorize.ts';
import type { Permission } from './authorize.ts';
import { inTurnOf } from './bundle-turns.ts';
import type { Provider } from './context.ts';
import { describe, QuotaFullError, TruncatedUploadError, UploadTooLongError, WrongRootError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import { dropFragment, findFragment, storeFragment } from './fragments.ts';
import type { StoredFragment } from './fragments.ts';
import { ensureHeldSlot, noteCandidate } from './hold-slot.ts';
import type { ByteSource } from './pour.ts';
import { countRetired } from './retired.ts';
import { withSpace } from './space.ts';
import { tallyOf } from './tally.ts';

export interface Upload {
  readonly key: FragmentKey;
  readonly header: string | undefined;
  readonly body: ByteSource;
  /** Length of the body, as the request announced it. */
  readonly contentBytes: number | undefined;
  /** Where the body goes on; the bytes before it were stored by an upload that broke off. `totalBytes`: of the fragment, as the sender sees it. */
  readonly range?: { readonly fromBytes: number; readonly totalBytes: number } | undefined;
  /** Optional: what the sender computed. Refused when the bytes that arrive have another root; without it, nothing can be resumed. */
  readonly expectedRoot: Hex | undefined;
}

/**
 * Stores one fragment and returns its root. A fragment that is already here is answered without reading the body. A newer upload of the
 * same fragment ends an older one.
 * @throws the errors of `authorize` and `storeFragment`, QuotaFullError, NoSpaceError, BusyError, ReadOnlyError
 */
export async function putFragment(provider: Provider, upload: Upload): Promise<Hex> {
  const { key, header } = upload;
  const permission = await authorize(provider, { header, agreement: key.agreement, slot: key.slot });
  return provider.uploads.run({ name: uploadName(key), agreement: key.agreement }, async (signal) => {
    const existing = await findFragment(provider.store, key);
    const known = await acceptExisting(provider, upload, existing);
    if (known !== undefined) return known;
    try {
      return await receive(provider, { ...upload, ...permission, isNew: existing === undefined, signal });
    } catch (error) {
      provider.disk.note(error);
      throw error;
    }
  });
}

export function uploadName({ agreement, batchId, slot }: FragmentKey): string {
  return `${agreement} ${batchId} ${slot}`;
}

async function acceptExisting(provider: Provider, { key, expectedRoot }: Upload, existing: StoredFragment | undefined): Promise<Hex | undefined> {
  if (existing === undefined || existing.bad) return undefined;
  if (expectedRoot === undefined || expectedRoot === existing.root) return existing.root;
  // What a receipt was signed for never changes; anything else may be sent anew.
  if (await isDescribed(provider, key)) throw new WrongRootError(`The stored ${describe(key)}`, { expected: expectedRoot, actual: existing.root });
  return undefined;
}

async function receive(provider: Provider, upload: Upload & Permission & { readonly isNew: boolean; readonly signal: AbortSignal }): Promise<Hex> {
  const { key, agreement, isMine, isNew, expectedRoot, body, signal } = upload;
  await provider.disk.requireWritable();
  const sizeBytes = geometry(agreement).fragmentSize;
  const { fromBytes = 0, totalBytes = sizeBytes } = upload.range ?? {};
  if (totalBytes !== sizeBytes || fromBytes >= sizeBytes) throw new UploadTooLongError(sizeBytes);
  checkAnnounced(upload.contentBytes, sizeBytes - fromBytes);
  if (isMine) await ensureHeldSlot(provider, agreement, key.slot);
  else await noteCandidate(provider, agreement, key.slot);
  if (isNew) {
    const { fragments } = await tallyOf(provider.store).ofSlot(key);
    if (fragments >= agreement.quota) await makeRoom(provider, key, fragments);
  }
  const root = await storeFragment(provider, key, { sizeBytes, fromBytes, body, expectedRoot, isNew, signal });
  provider.traffic.noteWritten(sizeBytes - fromBytes);
  return root;
}

function checkAnnounced(contentBytes: number | undefined, sizeBytes: number): void {
  if (contentBytes === undefined || contentBytes === sizeBytes) return;
  if (contentBytes > sizeBytes) throw new UploadTooLongError(sizeBytes);
  throw new TruncatedUploadError({ receivedBytes: contentBytes, expectedBytes: sizeBytes });
}

async function isDescribed(provider: Provider, key: FragmentKey): Promise<boolean> {
  return (await provider.store.bundleBatch.count({ where: { agreement: key.agreement, batchId: key.batchId } })) > 0;
}

/**
 * Space is paid for by the batch. What an abandoned upload left makes room for the next one, oldest first. Bytes under a receipt
 * stay until the receipt is void, so for that long there may be twice the quota, as far as the space is free.
 */
async function makeRoom(provider: Provider, key: FragmentKey, stored: number): Promise<void> {
  const { agreement: id, slot } = key;
  // Space that was rented a moment ago counts.
  const agreement = await provider.agreements.get(id);
  const { quota } = agreement;
  if (stored < quota) return;
  const held = stored - (await countRetired(provider, agreement, slot));
  if (held < quota) return requireFree(provider, agreement);
  if (await inTurnOf(provider, id, () => dropOldest(provider, id, slot))) return;
  if (held >= 2 * quota) throw new QuotaFullError(id, quota);
  await requireFree(provider, agreement);
}

/** Of the slot's fragments that no bundle names. False when there is none. */
async function dropOldest(provider: Provider, agreement: number, slot: number): Promise<boolean> {
  const [oldest] = await provider.store.$queryRaw<{ batchId: Hex }[]>`
    SELECT "batchId" FROM "Fragment" f WHERE f."agreement" = ${agreement} AND f."slot" = ${slot} AND NOT EXISTS (
      SELECT 1 FROM "BundleBatch" b WHERE b."agreement" = f."agreement" AND b."batchId" = f."batchId"
    ) ORDER BY f."createdAt" LIMIT 1`;
  if (oldest !== undefined) await dropFragment(provider, { agreement, slot, batchId: oldest.batchId });
  return oldest !== undefined;
}

/** One fragment more than the slot's space was reserved for. */
async function requireFree(provider: Provider, agreement: AgreementState): Promise<void> {
  const { store, config } = provider;
  const needBytes = BigInt(geometry(agreement).fragmentSize);
  const nowSeconds = await provider.clock.nowSeconds();
  await withSpace({ store, files: provider.files, capacityBytes: config.capacityBytes, nowSeconds, needBytes }, () => Promise.resolve());
}
