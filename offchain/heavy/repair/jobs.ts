/** Repairs as rows: what was begun, with whom, and how it went, so that a restarted node goes on instead of starting over. */
import type { Store } from '../../store/open.ts';
import type { RepairStatus } from '../../wire/messages.ts';
import type { Loss } from './plan.ts';

export type JobState = 'collecting' | 'rebuilding' | 'handing-over' | 'replaced' | 'failed';

export interface Job {
  readonly successor: number | undefined;
  readonly attempts: number;
}

/** Shown in the status: the newest ones. */
const SHOWN_MAX = 50;

export type LostSlot = Pick<Loss, 'agreement' | 'slot' | 'from'>;

function key({ agreement, slot, from }: LostSlot) {
  return { agreement_slot_from: { agreement, slot, from } };
}

/** Opens the job, or takes it up again. */
export async function beginJob(store: Store, loss: Loss): Promise<Job> {
  const { agreement, slot, from } = loss;
  const row = await store.repairJob.upsert({
    where: key(loss),
    create: { agreement, slot, from, state: 'collecting', attempts: 1 },
    update: { state: 'collecting', attempts: { increment: 1 }, error: null },
  });
  return { successor: row.successor ?? undefined, attempts: row.attempts };
}

export async function noteJob(store: Store, loss: LostSlot, note: { state: JobState; successor?: number; error?: string; txHash?: string }): Promise<void> {
  await store.repairJob.update({ where: key(loss), data: note });
}

/** There is nothing to repair any more. */
export async function dropJob(store: Store, loss: LostSlot): Promise<void> {
  await store.repairJob.deleteMany({ where: { agreement: loss.agreement, slot: loss.slot, from: loss.from } });
}

/** Jobs that were begun and whose slots are no longer lost: their providers came back, or others repaired them. */
export async function dropSettled(store: Store, losses: readonly Loss[]): Promise<void> {
  const open = await store.repairJob.findMany({ where: { state: { not: 'replaced' } } });
  const isLost = (job: LostSlot) => losses.some((loss) => loss.agreement === job.agreement && loss.slot === job.slot && loss.from === job.from);
  for (const job of open) if (!isLost(job)) await dropJob(store, job);
}

export async function listJobs(store: Store): Promise<RepairStatus[]> {
  const rows = await store.repairJob.findMany({ orderBy: { updatedAt: 'desc' }, take: SHOWN_MAX });
  return rows.map(({ agreement, slot, from, successor, state, error }) => ({
    agreement,
    slot,
    from,
    state,
    ...(successor === null ? {} : { to: successor }),
    ...(error === null ? {} : { error }),
  }));
}
