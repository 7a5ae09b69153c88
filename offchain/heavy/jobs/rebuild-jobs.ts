/** Rebuilds that workers do, and this node itself when they do not. */
import { bytesToHex } from 'viem';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import type { RebuildRequest } from '../repair/rebuild.ts';
import { sealOf } from '../repair/rebuild.ts';
import { expectedEpochs, lossRate } from '../repair/survival.ts';
import type { Accounts } from './accounts.ts';
import type { Board, Job } from './job.ts';
import type { Calibration } from './calibration.ts';
import { checkRebuild, movedBytes, resultBytes } from './checks.ts';
import { outsiders } from './holders.ts';
import type { RebuildSpec } from '../../wire/jobs.ts';

type Fragments = Map<number, Uint8Array>;
type WorkerRequest = RebuildRequest & { readonly isSure: boolean; readonly takers: readonly number[] };

export interface WorkerRebuilds {
  /**
   * The wanted fragments, from a worker whose result met the committed roots, else from `here`. Throws only what `here` throws.
   * @param request.isSure the batch id and the key are not one guess of several
   * @param request.takers who will get the fragments
   */
  rebuild(agreement: AgreementState, request: WorkerRequest, here: () => Promise<Fragments>): Promise<Fragments>;
}

export function createWorkerRebuilds(context: HeavyContext, { board, accounts, calibration }: { readonly board: Board; readonly accounts: Accounts; readonly calibration: Calibration }): WorkerRebuilds {
  const { directory, settings, reputation, signal, log } = context;

  return {
    async rebuild(agreement, request, here) {
      // A guess would only be found out after all the work; and nobody need see keys that may be another's.
      if (!settings.workers.enabled || !request.isSure || request.slots.length === 0 || accounts.all().length === 0) return here();
      const job = await jobOf(agreement, request).catch((error: unknown) => {
        log.warn('jobs.not-made', { agreement: agreement.id, error });
        return undefined;
      });
      if (job === undefined) return here();
      // Where nothing more may be lost, a worker that is slow or silent would cost too much.
      if (healthyOf(agreement).length <= agreement.k) return here();
      if (!board.hasWorkers(job)) {
        await board.noteUntaken(job);
        return here();
      }
      // Whoever reads: providers go on serving meanwhile.
      await request.throttle.take(agreement.k * request.geometry.fragmentSize, signal);
      const ending = await board.offer(job, { waitMs: settings.workers.waitMs, signal });
      if (ending.kind === 'done') {
        log.info('repair.rebuilt-by-worker', { agreement: agreement.id, batchId: request.batchId, slots: request.slots, worker: ending.worker });
        return ending.value;
      }
      const fragments = await here();
      // It could be done: a word that it could not was wrong, or the worker's line is bad.
      if (ending.kind === 'failed') accounts.missed(ending.worker, job.seconds, ending.failure.reason === 'mismatch' ? 'wrong' : 'given-back');
      return fragments;
    },
  };

  async function jobOf(agreement: AgreementState, request: WorkerRequest): Promise<Job<Fragments>> {
    const spec = await specOf(agreement, request);
    const priority = expectedEpochs(healthyOf(agreement).map(({ provider }) => lossRate(reputation.of(provider).reputation)), agreement.k);
    const seconds = await calibration.secondsOf(spec);
    return { spec, seconds, bytes: movedBytes(spec), priority, resultBytes: resultBytes(spec), mayHave: await outsiders(directory, agreement, request.takers), check: (result) => checkRebuild(spec, result) };
  }
}

function healthyOf({ slots }: AgreementState): AgreementState['slots'] {
  return slots.filter(({ provider, faulted }) => provider !== 0 && !faulted);
}

/** Sources that are relayed or elsewhere are named by their nodes: the worker asks the registry where they are. */
async function specOf({ k, m, batchLog2, id }: AgreementState, request: RebuildRequest): Promise<RebuildSpec> {
  const { slots, sources, fragmentRoots, batchId } = request;
  const sealed = async (slot: number) => ({ slot, root: bytesToHex(fragmentRoots[slot] as Uint8Array), key: bytesToHex(await sealOf(request, slot)) });
  const usable = sources.filter(({ slot }) => !slots.includes(slot));
  return {
    kind: 'rebuild', agreement: id, batchId, k, m, batchLog2,
    wanted: await Promise.all(slots.map(sealed)),
    sources: await Promise.all(usable.map(async ({ slot, provider }) => ({ ...(await sealed(slot)), provider }))),
  };
}
