/** Wrong bytes prove themselves: what was asked, and what came. Anybody can hold it against the root on the chain. */
import { bytesToHex } from 'viem';
import type { Store } from '../../store/open.ts';
import { EVIDENCE_MAX } from '../limits.ts';
import type { LeafTarget } from './targets.ts';

/** The newest ones of each provider are kept. */
export async function keepEvidence(store: Store, evidence: { readonly provider: number; readonly target: LeafTarget; readonly epoch: number; readonly url: string; readonly bytes: Uint8Array }): Promise<void> {
  const { provider, target, epoch, url, bytes } = evidence;
  const { agreement, slot, bundle, batch, first: leaf, leaves, root } = target;
  await store.auditEvidence.create({ data: { provider, agreement, slot, bundle, batch, leaf, leaves, epoch, url, root: bytesToHex(root), bytes: Uint8Array.from(bytes) } });
  const old = await store.auditEvidence.findMany({ where: { provider }, orderBy: { createdAt: 'desc' }, skip: EVIDENCE_MAX, select: { id: true } });
  if (old.length > 0) await store.auditEvidence.deleteMany({ where: { id: { in: old.map((row) => row.id) } } });
}
