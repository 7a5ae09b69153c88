/** A read like a creator's: the same request, the same sizes, no mark of a heavy node. Finds providers that prove and do not serve. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import { LEAF_SIZE, geometry } from '../../codec/geometry.ts';
import { READ_TIMEOUT_MS } from '../limits.ts';
import { readerHeader } from '../reader-header.ts';
import { ask } from './audit-leaf.ts';
import type { Tools } from './audit-leaf.ts';
import { creatorRange } from './creator-reads.ts';
import type { SlotTarget } from './plan.ts';
import { readRange } from './read-range.ts';
import type { Finding } from './report.ts';
import { readOverNeighbour } from './second-path.ts';

/** Smaller reads measure the round trip, not the line. */
const SPEED_BYTES_LEAST = 64 * 1024;

/** One read; where it proves nothing, the same over a neighbour, and only when both fail it counts as not served. */
export async function checkRetrieval(tools: Tools, agreement: AgreementState, task: SlotTarget): Promise<Finding[]> {
  const { context, targets, random } = tools;
  const { provider } = task;
  try {
    const leaf = await targets.draw(agreement, task.slot, random);
    const node = (await context.directory.all()).find(({ id }) => id === provider);
    if (leaf === undefined || node === undefined) return [];
    const target = { ...leaf, ...creatorRange(geometry(agreement), random) };
    const reading = await readRange(node.endpoint, target, { timeoutMs: READ_TIMEOUT_MS, signal: context.signal, header: () => readerHeader(context, agreement.id) });
    const sizeBytes = target.count * LEAF_SIZE;
    if (reading.outcome === 'passed') {
      const bytesPerSecond = sizeBytes < SPEED_BYTES_LEAST ? undefined : (sizeBytes * 1_000) / Math.max(1, reading.timeMs);
      return [{ kind: 'retrieval', provider, outcome: 'passed', reason: reading.reason, target, url: reading.url, bytesPerSecond }];
    }
    if (reading.outcome === 'offline' || reading.outcome === 'ours') return [{ kind: 'retrieval', provider, target, outcome: reading.outcome, reason: reading.reason, url: reading.url }];
    // Asked a second time, where a wrong answer is checked against the provider's own name for the batch, and silence against absence.
    const again = { ...(await ask(tools, provider, target, READ_TIMEOUT_MS)), kind: 'retrieval' as const };
    if (again.outcome !== 'unknown') return [again];
    const other = await readOverNeighbour(context, provider, target, random);
    if (other?.outcome === 'passed') return [{ ...again, outcome: 'passed', reason: other.reason }];
    return [{ ...again, outcome: 'refused', reason: other === undefined ? again.reason : `${again.reason}; ${other.reason}` }];
  } catch (error) {
    context.log.info('retrieval.not-asked', { agreement: task.agreement, slot: task.slot, error });
    return [];
  }
}
