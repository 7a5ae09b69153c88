/** Audits that workers do from their own addresses, which providers cannot tell from readers; and whole fragments read against their roots. */
import { bytesToHex } from 'viem';
import { randomBytes } from 'node:crypto';
import { currentEpoch } from '../../chain/current-epoch.ts';
import { periodOf } from '../../chain/epoch.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { AuditSpec, TreeSpec } from '../../wire/jobs.ts';
import { AUDIT_TIMEOUT_MS, PARALLEL_REQUESTS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import { ask } from '../audit/audit-leaf.ts';
import { report } from '../audit/report.ts';
import { createTargets } from '../audit/targets.ts';
import type { LeafTarget } from '../audit/targets.ts';
import type { HeavyContext } from '../context.ts';
import type { Footprint } from '../footprint.ts';
import type { Accounts } from './accounts.ts';
import type { Board, Job } from './job.ts';
import type { Calibration } from './calibration.ts';
import { checkAudit, checkTree, movedBytes, resultBytes } from './checks.ts';
import { outsiders } from './holders.ts';

export interface Scrutiny {
  /** Once in an epoch puts the epoch's jobs on the board, where anybody is here to take them. */
  tick(): Promise<void>;
}

/** Leaves of one audit: up to 16 KiB, so that an answer fits a few packets. */
const LEAVES_MAX = 64;
/** Behind every rebuild. */
const PRIORITY = Number.MAX_SAFE_INTEGER;
/** Part of the epoch in which a worker has to take a job. */
const WAIT_SHARE = 0.5;
const WAIT_MAX_MS = 600_000;

export function createScrutiny(context: HeavyContext, footprint: Footprint, { board, accounts, calibration }: { readonly board: Board; readonly accounts: Accounts; readonly calibration: Calibration }): Scrutiny {
  const { chain, settings, directory, signal, log, reputation } = context;
  const random = (): number => randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
  const targets = createTargets(context);
  const tools = { context, targets, random };
  // Challenges have one budget, which is the auditor's.
  const challenger = { challenge: async () => undefined };
  let askedEpoch = -1;
  let isAsking = false;

  const one = async (agreements: readonly AgreementState[], epoch: number, kind: 'audit' | 'verify-tree'): Promise<void> => {
    const agreement = agreements[Math.floor(random() * agreements.length)] as AgreementState;
    const slots = agreement.slots.filter(({ provider, faulted }) => provider !== 0 && !faulted);
    const slot = slots[Math.floor(random() * slots.length)];
    const target = slot === undefined ? undefined : await targets.draw(agreement, slot.slot, random);
    if (slot === undefined || target === undefined) return;
    const { provider } = slot;
    const job = await jobOf(agreement, { provider, target, kind });
    if (!board.hasWorkers(job)) return board.noteUntaken(job);
    const ending = await board.offer(job, { waitMs: Math.min(WAIT_MAX_MS, WAIT_SHARE * chain.clock.epochSeconds * 1_000), signal });
    if (ending.kind === 'done') {
      reputation.noteProbe(provider, true);
      reputation.note(provider, { part: 'audits', good: 1 });
    } else if (ending.kind === 'failed') {
      await look(ending, { provider, target, seconds: job.seconds, epoch });
    }
  };

  /** A worker says that bytes are wrong, or not to be had: this node asks for them itself, and only what it finds counts. */
  const look = async (ending: { worker: string; failure: { reason: string; at?: number | undefined } }, what: { provider: number; target: LeafTarget; seconds: number; epoch: number }): Promise<void> => {
    const { provider, target, seconds, epoch } = what;
    const first = Math.min(ending.failure.at ?? target.first, target.leaves - 1);
    const finding = await ask(tools, provider, { ...target, first, count: 1 }, AUDIT_TIMEOUT_MS);
    await report(context, finding, { epoch, challenger });
    if (finding.outcome === 'wrong' || finding.outcome === 'missing') accounts.delivered(ending.worker, (seconds * (first + 1)) / target.leaves);
    else if (finding.outcome === 'passed') accounts.missed(ending.worker, 0, 'given-back');
  };

  const jobOf = async (agreement: AgreementState, { provider, target, kind }: { readonly provider: number; readonly target: LeafTarget; readonly kind: 'audit' | 'verify-tree' }): Promise<Job<true>> => {
    const { slot, batchId, leaves, root, first } = target;
    const fragment = { agreement: agreement.id, slot, provider, batchId, leaves, root: bytesToHex(root) };
    const count = 1 + Math.floor(random() * Math.min(LEAVES_MAX, leaves - first));
    const audit: AuditSpec = { kind: 'audit', ...fragment, first, count };
    const tree: TreeSpec = { kind: 'verify-tree', ...fragment };
    const spec = kind === 'audit' ? audit : tree;
    const check = (result: Uint8Array) => (kind === 'audit' ? checkAudit(audit, result) : checkTree(tree, result));
    return { spec, seconds: await calibration.secondsOf(spec), bytes: movedBytes(spec), priority: PRIORITY, resultBytes: resultBytes(spec), mayHave: await outsiders(directory, agreement), check };
  };

  return {
    async tick() {
      const { auditsPerEpoch, treesPerEpoch, enabled } = settings.workers;
      if (!enabled || accounts.all().length === 0) return;
      const epoch = await currentEpoch(chain);
      if (epoch === askedEpoch || isAsking) return;
      askedEpoch = epoch;
      const period = periodOf(chain.clock, epoch);
      const all = await mapLimited(footprint.agreements(), PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
      const running = all.filter(({ endPeriod, bundles }) => period < endPeriod && bundles > 0);
      if (running.length === 0) return;
      const kinds = [...Array.from({ length: treesPerEpoch }, () => 'verify-tree' as const), ...Array.from({ length: auditsPerEpoch }, () => 'audit' as const)];
      isAsking = true;
      // Not waited for: a job may lie there for minutes.
      void mapLimited(kinds, PARALLEL_REQUESTS, (kind) =>
        one(running, epoch, kind).catch((error: unknown) => {
          if (!signal.aborted) log.info('jobs.not-audited', { kind, error });
        }),
      ).finally(() => (isAsking = false));
    },
  };
}
