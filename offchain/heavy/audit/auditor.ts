/** Audits every slot of this node's agreements in every epoch, and reads from every provider as a creator would. Findings go to the reputation. */
import { randomBytes } from 'node:crypto';
import { epochAt, epochStart, periodOf } from '../../chain/epoch.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { geometry } from '../../codec/geometry.ts';
import type { HeavyContext } from '../context.ts';
import { slotSizes } from '../estimates.ts';
import type { Footprint } from '../footprint.ts';
import { AUDITS_AT_ONCE, PARALLEL_REQUESTS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import { auditLeaf } from './audit-leaf.ts';
import { createChallenger } from './challenger.ts';
import { dueRows } from './containment.ts';
import { recheck } from './recheck.ts';
import { isOurFault } from './outcome.ts';
import { planAudits, planReads } from './plan.ts';
import type { AuditTask, Random, SlotTarget } from './plan.ts';
import { checkRetrieval } from './retrieval.ts';
import { report } from './report.ts';
import type { Finding } from './report.ts';
import { createTargets } from './targets.ts';

export interface Auditor {
  /** Does what is due by now. */
  tick(): Promise<void>;
}

/** Contained questions asked again in one round. */
const RECHECKS_PER_ROUND = 32;

export function createAuditor(context: HeavyContext, footprint: Footprint, options: { readonly random?: Random } = {}): Auditor {
  const { chain, settings, store, reputation, log } = context;
  const { random = secureRandom } = options;
  const tools = { context, targets: createTargets(context), random };
  const challenger = createChallenger(context);
  const lastAudit = new Map<string, number>();
  let planned = -1;
  let agreements = new Map<number, AgreementState>();
  let audits: AuditTask[] = [];
  let reads: AuditTask[] = [];
  let rechecked = -1;

  const plan = async (epoch: number, at: number): Promise<void> => {
    await footprint.follow();
    const period = periodOf(chain.clock, epoch);
    const all = await mapLimited(footprint.agreements(), PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
    const running = all.filter(({ endPeriod }) => period < endPeriod);
    agreements = new Map(running.map((agreement) => [agreement.id, agreement]));
    reputation.holdings.set(heldBytes(running));
    const slots = running.flatMap(slotsOf);
    const { leavesPerSlot, bytesPerEpoch, readBytesPerEpoch } = settings.audits;
    // After a start in mid-epoch what lies behind is left out.
    audits = planAudits(slots, { perSlot: leavesPerSlot, budgetBytes: bytesPerEpoch, lastEpoch: (slot) => lastAudit.get(nameOf(slot)) ?? -1, random }).filter((task) => task.at >= at);
    const sizeOf = ({ agreement }: SlotTarget): number => geometry(agreements.get(agreement) as AgreementState).unit;
    reads = planReads(slots, { budgetBytes: readBytesPerEpoch, sizeOf, random }).filter((task) => task.at >= at);
    planned = epoch;
  };
  const work = async (epoch: number, at: number): Promise<Finding[]> => {
    const [leaves, ranges] = [takeDue(audits, at), takeDue(reads, at)];
    for (const task of leaves) lastAudit.set(nameOf(task), epoch);
    const jobs = [
      ...leaves.map((task) => () => auditLeaf(tools, agreements.get(task.agreement) as AgreementState, task)),
      ...ranges.map((task) => () => checkRetrieval(tools, agreements.get(task.agreement) as AgreementState, task)),
    ];
    return (await mapLimited(jobs, AUDITS_AT_ONCE, (job) => job())).flat();
  };
  const again = async (epoch: number): Promise<Finding[]> => {
    if (rechecked === epoch) return [];
    rechecked = epoch;
    const rows = await dueRows(store, epoch, RECHECKS_PER_ROUND);
    return (await mapLimited(rows, AUDITS_AT_ONCE, (row) => recheck(tools, agreements.get(row.agreement), row, epoch))).flat();
  };

  return {
    async tick() {
      const nowSeconds = await chain.nowSeconds();
      const epoch = epochAt(chain.clock, nowSeconds);
      if (epoch < 0) return;
      const at = (nowSeconds - epochStart(chain.clock, epoch)) / chain.clock.epochSeconds;
      if (epoch !== planned) await plan(epoch, planned === -1 ? at : 0);
      const findings = [...(await work(epoch, at)), ...(await again(epoch))];
      if (context.signal.aborted || findings.length === 0) return;
      if (isOurFault(findings.map(({ provider, outcome }) => ({ provider, isAway: outcome === 'offline' })))) {
        log.warn('audit.nobody-answers', { asked: findings.length });
        return;
      }
      for (const finding of findings) await report(context, finding, { epoch, challenger });
      await reputation.flush();
    },
  };
}

/** Providers on duty that still count as healthy: a faulted slot is being repaired already. */
function slotsOf({ id, slots, bundles }: AgreementState): SlotTarget[] {
  if (bundles === 0) return [];
  return slots.filter(({ provider, faulted }) => provider !== 0 && !faulted).map(({ slot, provider }) => ({ agreement: id, slot, provider }));
}

function heldBytes(agreements: readonly AgreementState[]): Map<number, number> {
  const held = new Map<number, number>();
  for (const agreement of agreements) {
    const { slotBytes } = slotSizes(agreement);
    for (const { provider } of agreement.slots) if (provider !== 0) held.set(provider, (held.get(provider) ?? 0) + slotBytes);
  }
  return held;
}

function takeDue(tasks: AuditTask[], at: number): AuditTask[] {
  const due = tasks.filter((task) => task.at <= at);
  tasks.splice(0, due.length);
  return due;
}

function nameOf({ agreement, slot, provider }: SlotTarget): string {
  return `${agreement}/${slot}/${provider}`;
}

/** Nobody who is audited may foresee what is asked. */
function secureRandom(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}
