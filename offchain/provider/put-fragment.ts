import type { Hex } from 'viem';
import type { AgreementState } from '../chain/read-agreement.ts';
import { geometry } from '../codec/geometry.ts';
import { authorize } from './authorize.ts';
import type { Provider } from './context.ts';
import { describe, QuotaFullError, TruncatedUploadError, UploadTooLongError, WrongRootError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import { dropFragment, findFragment, markBad, storeFragment } from './fragments.ts';
import { noteCandidate, noteHeldSlot } from './hold-slot.ts';
import { withSpace } from './space.ts';

export interface Upload {
  readonly key: FragmentKey;
  readonly header: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** As the request announced it. */
  readonly contentBytes: number | undefined;
  /** Optional: what the sender computed. Refused when the bytes that arrive have another root. */
  readonly expectedRoot: Hex | undefined;
}

/**
 * Stores one fragment and returns its root. A fragment that is already here is answered without reading the body.
 * @throws the errors of `authorize` and `storeFragment`, QuotaFullError, NoSpaceError
 */
export async function putFragment(provider: Provider, upload: Upload): Promise<Hex> {
  const { key, expectedRoot } = upload;
  const { agreement, isMine } = await authorize(provider, { header: upload.header, agreement: key.agreement, slot: key.slot });
  const existing = await findFragment(provider.store, key);
  if (existing !== undefined && !existing.bad) {
    if (expectedRoot === undefined || expectedRoot === existing.root) return existing.root;
    // What a receipt was signed for never changes; anything else may be sent anew.
    if (await isDescribed(provider, key)) throw new WrongRootError(`The stored ${describe(key)}`, { expected: expectedRoot, actual: existing.root });
    await markBad(provider.store, key);
  }
  const sizeBytes = geometry(agreement).fragmentSize;
  checkAnnounced(upload.contentBytes, sizeBytes);
  if (isMine) await noteHeldSlot(provider, agreement, key.slot);
  else await noteCandidate(provider, agreement, key.slot);
  if (existing === undefined) await makeRoom(provider, key, agreement);
  return storeFragment(provider, key, { sizeBytes, body: upload.body, expectedRoot });
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
async function makeRoom(provider: Provider, key: FragmentKey, agreement: AgreementState): Promise<void> {
  const { store, config } = provider;
  const { slot } = key;
  const { id, quota } = agreement;
  const held = await store.fragment.count({ where: { agreement: id, slot } });
  if (held < quota) return;
  const [oldest] = await store.$queryRaw<{ batchId: Hex }[]>`
    SELECT "batchId" FROM "Fragment" f WHERE f."agreement" = ${id} AND f."slot" = ${slot} AND NOT EXISTS (
      SELECT 1 FROM "BundleBatch" b WHERE b."agreement" = f."agreement" AND b."batchId" = f."batchId"
    ) ORDER BY f."createdAt" LIMIT 1`;
  if (oldest !== undefined) return dropFragment(provider, { agreement: id, slot, batchId: oldest.batchId });
  if (held >= 2 * quota) throw new QuotaFullError(id, quota);
  const needBytes = BigInt(geometry(agreement).fragmentSize);
  const nowSeconds = await provider.clock.nowSeconds();
  await withSpace({ store, home: config.home, capacityBytes: config.capacityBytes, nowSeconds, needBytes }, () => Promise.resolve());
}
