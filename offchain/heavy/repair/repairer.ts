/** Finds lost slots of this node's agreements and repairs them, the most endangered first, a few at a time. */
import { ContractRevertError } from '../../chain/chain-errors.ts';
import { currentEpoch } from '../../chain/current-epoch.ts';
import { readNotice } from '../../chain/give-notice.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { periodOf } from '../../chain/epoch.ts';
import type { HeavyContext } from '../context.ts';
import type { Footprint } from '../footprint.ts';
import type { WorkerRebuilds } from '../jobs/rebuild-jobs.ts';
import { PARALLEL_REQUESTS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import type { Seals } from '../seals.ts';
import { createGuard } from './guard.ts';
import { createCompleter } from './completer.ts';
import { createHealer } from './healer.ts';
import { dropSettled } from './jobs.ts';
import type { Losses } from './losses.ts';
import { planRepairs, slotName } from './plan.ts';
import type { Loss } from './plan.ts';
import { repairAgreement } from './repair-agreement.ts';
import { lossRate } from './survival.ts';
import { createThrottle } from './throttle.ts';
import type { Workshop } from './work.ts';

export interface Repairer {
  /** Looks for losses and works on as many as may run at once; ends when these have ended. */
  tick(): Promise<void>;
}

/** Pauses after a failed attempt double from the first to the last. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 300_000;

export function createRepairer(context: HeavyContext, options: { footprint: Footprint; seals: Seals; workers: WorkerRebuilds; losses: Losses; now?: () => number }): Repairer {
  const { footprint, seals, workers, losses: lost, now = Date.now } = options;
  const { chain, log, settings, reputation } = context;
  const shop: Workshop = { context, seals, workers, losses: lost, throttle: createThrottle(settings.repairBytesPerSecond) };
  const rateOf = (provider: number) => lossRate(reputation.of(provider).reputation);
  const guard = createGuard(context, { footprint, seals, rateOf });
  const healer = createHealer(shop, footprint);
  const completer = createCompleter(shop, footprint);
  const pauses = new Map<string, { untilMs: number; pauseMs: number; retired: number | undefined }>();
  /** Batches given up so far, by agreement: what was in the way of a repair may be gone. */
  let retired: ReadonlyMap<number, number> = new Map();

  const attempt = async (losses: readonly Loss[]): Promise<void> => {
    const { replaced, settled, failed } = await repairAgreement(shop, losses);
    for (const loss of [...replaced, ...settled]) pauses.delete(nameOf(loss));
    for (const loss of replaced) log.info('repair.end', { ...loss, result: 'replaced' });
    for (const { loss, error } of failed) {
      const name = nameOf(loss);
      // Once the provider under notice has proven, the slot can change hands: that is worth looking often.
      const earlierMs = isDrawPending(error) ? 0 : (pauses.get(name)?.pauseMs ?? 0);
      const pauseMs = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, earlierMs * 2));
      pauses.set(name, { untilMs: now() + pauseMs, pauseMs, retired: retired.get(loss.agreement) });
      log.warn('repair.failed', { ...loss, retryInMs: pauseMs, error });
    }
  };

  return {
    async tick() {
      // After a restart the events come first: jobs of agreements that are not known yet would look settled.
      await footprint.follow();
      const epoch = await currentEpoch(chain);
      const period = periodOf(chain.clock, epoch);
      const agreements = await mapLimited(footprint.agreements(), PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
      for (const agreement of agreements) if (isPast(agreement, period)) footprint.forget(agreement.id);
      const own = planRepairs(agreements, period, { noticed: await noticedSlots(context, footprint, period), rateOf });
      const all = [...own, ...(await guard.losses({ epoch, period }))];
      await dropSettled(context.store, all);
      lost.keep('slots', new Set(all.map(({ agreement }) => agreement)));
      retired = new Map(agreements.map(({ id, retiredBatches }) => [id, retiredBatches]));
      const losses = all.filter((loss) => {
        const pause = pauses.get(nameOf(loss));
        return pause === undefined || pause.untilMs <= now() || pause.retired !== retired.get(loss.agreement);
      });
      // What is lost of one agreement is rebuilt together, from one read of what is left.
      const groups = new Map<number, Loss[]>();
      for (const loss of losses) groups.set(loss.agreement, [...(groups.get(loss.agreement) ?? []), loss]);
      await mapLimited([...groups.values()], settings.repairsAtOnce, (group) => attempt(group).catch((error: unknown) => {
        if (!context.signal.aborted) throw error;
      }));
      // Lost slots come first: single fragments have the rest of the slot to lean on.
      await healer.tick();
      await completer.tick();
    },
  };
}

/** Notices that hold by now and whose provider still has the slot. */
async function noticedSlots({ chain }: HeavyContext, footprint: Footprint, period: number): Promise<Set<string>> {
  const checked = await mapLimited(footprint.notices(), PARALLEL_REQUESTS, async (at) => {
    const fromPeriod = await readNotice(chain, at);
    return fromPeriod !== undefined && fromPeriod <= period ? [slotName(at)] : [];
  });
  return new Set(checked.flat());
}

function nameOf({ agreement, slot, from }: Loss): string {
  return `${agreement}/${slot}/${from}`;
}

function isDrawPending(error: unknown): boolean {
  return error instanceof ContractRevertError && error.errorName === 'DrawPending';
}

/** Over for a whole period: nothing in it can need a repair again. */
function isPast({ endPeriod }: AgreementState, period: number): boolean {
  return endPeriod > 0 && endPeriod + 1 < period;
}
