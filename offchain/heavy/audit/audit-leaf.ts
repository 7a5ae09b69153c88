/** One random leaf of one slot. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import { AUDIT_TIMEOUT_MS } from '../limits.ts';
import { probe } from '../offers.ts';
import { readerHeader } from '../reader-header.ts';
import type { Random, SlotTarget } from './plan.ts';
import { readRange } from './read-range.ts';
import type { Reading } from './read-range.ts';
import type { Finding } from './report.ts';
import type { LeafTarget, Targets } from './targets.ts';

export interface Tools {
  readonly context: HeavyContext;
  readonly targets: Targets;
  readonly random: Random;
}

/** Empty when there is nothing to ask, or when the questions before the question could not be answered: that is not the provider's doing. */
export async function auditLeaf(tools: Tools, agreement: AgreementState, task: SlotTarget): Promise<Finding[]> {
  const { context, targets, random } = tools;
  try {
    const target = await targets.draw(agreement, task.slot, random);
    return target === undefined ? [] : [await ask(tools, task.provider, target, AUDIT_TIMEOUT_MS)];
  } catch (error) {
    context.log.info('audit.not-asked', { agreement: task.agreement, slot: task.slot, error });
    return [];
  }
}

/** The question, and what makes its answer certain: the provider's own name for the batch, and whether it is there at all. */
export async function ask(tools: Tools, provider: number, target: LeafTarget, timeoutMs: number): Promise<Finding> {
  const { context, targets } = tools;
  const node = (await context.directory.all()).find(({ id }) => id === provider);
  const finding = (reading: Pick<Reading, 'outcome' | 'reason' | 'url' | 'bytes'>, used = target): Finding => ({ kind: 'audit', provider, target: used, outcome: reading.outcome, reason: reading.reason, url: reading.url, bytes: reading.bytes });
  if (node === undefined) return finding({ outcome: 'ours', reason: 'the registry does not know it', url: '' });
  const { signal } = context;
  const options = { timeoutMs, signal, header: () => readerHeader(context, target.agreement) };
  const first = await readRange(node.endpoint, target, options);
  if (first.outcome === 'wrong' || first.outcome === 'missing') {
    // No root covers a batch's id: only under the name that the provider itself gives it is a wrong answer its own.
    const batchId = await targets.ownBatchId(node.endpoint, target);
    if (batchId === undefined) return finding({ ...first, outcome: 'unknown', reason: `${first.reason}; and it does not say under which name it keeps the batch` });
    if (batchId.toLowerCase() === target.batchId.toLowerCase()) return finding(first);
    const own = { ...target, batchId };
    return finding(await readRange(node.endpoint, own, options), own);
  }
  if (first.outcome !== 'unknown') return finding(first);
  const isThere = await probe(node, signal).then(() => true, () => false);
  return finding(isThere ? first : { ...first, outcome: 'offline', reason: `${first.reason}; nor does it answer at all` });
}
