/** Whether what a provider promised still fits its disk, and what of it is damaged. */
import { statfs } from 'node:fs/promises';
import type { Store } from '../store/open.ts';
import { fail, ok, warn } from './finding.ts';
import type { Finding } from './finding.ts';

const GIB = 1024n ** 3n;

export async function quotaFindings(options: { readonly store: Store; readonly home: string; readonly capacityBytes: bigint; readonly isInBucket?: boolean }): Promise<Finding[]> {
  const { store, home, capacityBytes, isInBucket = false } = options;
  const promised = (await store.heldSlot.aggregate({ where: { state: 'held' }, _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0n;
  const stored = (await store.fragment.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0n;
  if (isInBucket) {
    const said = `${gib(promised)} GiB are promised and ${gib(stored)} GiB stored of ${gib(capacityBytes)} GiB on offer, in a bucket that does not say how much it takes`;
    return [promised > capacityBytes ? warn('quota', `${said}: more is promised than is on offer.`, 'Raise provider.capacityBytes to what the bucket really takes.') : ok('quota', `${said}.`)];
  }
  const { bavail, bsize } = await statfs(home, { bigint: true });
  const free = bavail * bsize;
  const due = promised > stored ? promised - stored : 0n;
  const facts = { promisedBytes: promised, storedBytes: stored, freeBytes: free, capacityBytes };
  const said = `${gib(promised)} GiB are promised and ${gib(stored)} GiB stored of ${gib(capacityBytes)} GiB on offer; ${gib(free)} GiB of the disk are free`;
  if (due > free) return [fail('quota', `${said}: what is promised does not fit.`, 'Free space or move to a larger disk before creators fill what they rent: what cannot be stored cannot be proven.', { facts })];
  const offered = capacityBytes > stored ? capacityBytes - stored : 0n;
  if (offered > free) return [warn('quota', `${said}: all that is on offer does not fit.`, 'Lower provider.capacityBytes, or add space.', { facts })];
  return [ok('quota', `${said}.`, { facts })];
}

function gib(bytes: bigint): string {
  return (Number((bytes * 100n) / GIB) / 100).toFixed(2);
}
