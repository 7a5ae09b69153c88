/** A contained question, asked again: the very same leaf, first directly and then over a neighbour, before it becomes a refusal. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import { AUDIT_TIMEOUT_MS, CONTAINED_ATTEMPTS } from '../limits.ts';
import { ask } from './audit-leaf.ts';
import type { Tools } from './audit-leaf.ts';
import { postpone, release } from './containment.ts';
import type { Contained } from './containment.ts';
import type { Finding } from './report.ts';
import { readOverNeighbour } from './second-path.ts';

export async function recheck(tools: Tools, agreement: AgreementState | undefined, row: Contained, epoch: number): Promise<Finding[]> {
  const { context, targets, random } = tools;
  const { store, log } = context;
  try {
    const isHolder = agreement?.slots[row.slot]?.provider === row.provider;
    const target = agreement === undefined || !isHolder ? undefined : await targets.at(agreement, row);
    if (target === undefined) {
      // The slot has another holder, or the bundle is gone: the question has lost its sense.
      await release(store, row);
      return [];
    }
    const direct = await ask(tools, row.provider, target, AUDIT_TIMEOUT_MS);
    if (direct.outcome === 'unknown') {
      const other = await readOverNeighbour(context, row.provider, target, random);
      if (other?.outcome === 'passed') {
        await release(store, row);
        return [{ ...direct, outcome: 'passed', reason: other.reason }];
      }
      const reason = other === undefined ? direct.reason : `${direct.reason}; ${other.reason}`;
      const attempts = await postpone(store, row, { epoch, reason: reason.slice(0, 1_000), counts: true });
      if (attempts < CONTAINED_ATTEMPTS) return [{ ...direct, reason, isAgain: true }];
      await release(store, row);
      return [{ ...direct, outcome: 'refused', reason: `asked ${attempts} times since epoch ${row.sinceEpoch}: ${reason}` }];
    }
    if (direct.outcome === 'offline' || direct.outcome === 'ours') await postpone(store, row, { epoch, reason: direct.reason, counts: false });
    else await release(store, row);
    return [direct];
  } catch (error) {
    log.info('audit.not-asked', { agreement: row.agreement, slot: row.slot, error });
    return [];
  }
}
