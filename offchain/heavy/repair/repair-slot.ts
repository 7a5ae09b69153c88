/** One lost slot from the first question to the replacement on the chain. Every step may be done again. */
import type { Hex } from 'viem';
import { acknowledge } from '../../chain/acknowledge.ts';
import { ContractRevertError } from '../../chain/chain-errors.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { readBundle } from '../../chain/read-bundle.ts';
import type { BundleState } from '../../chain/read-bundle.ts';
import { geometry } from '../../codec/geometry.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import { SUCCESSORS_PER_ATTEMPT } from '../limits.ts';
import type { Seals } from '../seals.ts';
import { describeBundle } from './description.ts';
import type { BatchFacts, BundleFacts } from './description.ts';
import { askReceipt, holdsFragment, sendFragment, signSession, succeed } from './hand-over.ts';
import type { Placed, Successor } from './hand-over.ts';
import { beginJob, dropJob, noteJob } from './jobs.ts';
import type { Loss } from './plan.ts';
import { rebuildFragment } from './rebuild.ts';
import { sourcesOf } from './sources.ts';
import type { Source } from './sources.ts';
import { findSuccessor } from './successors.ts';

/** What the steps of one repair share. */
interface Work {
  readonly loss: Loss;
  readonly agreement: AgreementState;
  readonly onChain: readonly BundleState[];
  readonly bundles: readonly BundleFacts[];
  readonly sources: readonly Source[];
  readonly sealKeys: readonly Uint8Array[];
  readonly authorization: string;
}

/** replaced: done by this node. settled: nothing was left to do, or somebody else did it. */
export type RepairResult = 'replaced' | 'settled';

/** @throws RepairError, SealKeyError, TooFewProvidersError and others; the job's row keeps the reason */
export async function repairSlot(context: HeavyContext, seals: Seals, loss: Loss): Promise<RepairResult> {
  const { store, log } = context;
  const agreement = await readAgreement(context.chain, loss.agreement);
  if (!isStillLost(agreement, loss)) {
    await dropJob(store, loss);
    return 'settled';
  }
  const job = await beginJob(store, loss);
  log.info('repair.begin', { ...loss, attempt: job.attempts });
  try {
    const work = await collect(context, seals, loss, agreement);
    const txHash = await handToSomebody(context, seals, work, job.successor);
    await noteJob(store, loss, { state: 'replaced', txHash });
    return 'replaced';
  } catch (error) {
    // Whatever it was: when the slot is in good hands by now, somebody else was quicker or its provider came back.
    if (!isStillLost(await readAgreement(context.chain, loss.agreement), loss)) {
      await dropJob(store, loss);
      log.info('repair.race-lost', { ...loss, error });
      return 'settled';
    }
    await noteJob(store, loss, { state: 'failed', error: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

function isStillLost(agreement: AgreementState, loss: Loss): boolean {
  const slot = agreement.slots[loss.slot];
  return slot !== undefined && slot.provider === loss.from && slot.faulted;
}

/** The market's way of saying that the slot is in good hands, or that somebody's succession came first. */
function isLostRace(error: unknown): boolean {
  return error instanceof ContractRevertError && ['SlotNotFaulted', 'WrongSuccession', 'ProviderTwice', 'AgreementOver'].includes(error.errorName);
}

async function collect(context: HeavyContext, seals: Seals, loss: Loss, agreement: AgreementState): Promise<Work> {
  const { chain, directory } = context;
  const sources = sourcesOf(agreement, await directory.fresh(), loss.slot);
  const onChain: BundleState[] = [];
  const bundles: BundleFacts[] = [];
  for (let bundle = 0; bundle < agreement.bundles; bundle++) {
    const state = await readBundle(chain, agreement.id, bundle);
    onChain.push(state);
    bundles.push(await describeBundle(context, { agreement: agreement.id, bundle, onChain: state, slots: agreement.slots.length, sources }));
  }
  const sealKeys = bundles.length === 0 ? [] : await seals.keysOf(agreement.id);
  return { loss, agreement, onChain, bundles, sources, sealKeys, authorization: await signSession(context, agreement.id) };
}

/** Tries the successor of the last attempt first, then the best others; one that fails is passed over. */
async function handToSomebody(context: HeavyContext, seals: Seals, work: Work, earlier: number | undefined): Promise<Hex> {
  const { loss, agreement } = work;
  const tried = new Set<number>();
  let lastError: unknown;
  for (let i = 0; i < SUCCESSORS_PER_ATTEMPT; i++) {
    const successor = (await knownSuccessor(context, i === 0 ? earlier : undefined)) ?? (await nextSuccessor(context, work, tried, lastError));
    tried.add(successor.provider);
    await noteJob(context.store, loss, { state: 'rebuilding', successor: successor.provider });
    try {
      return await handOver(context, seals, work, successor);
    } catch (error) {
      context.signal.throwIfAborted();
      if (isLostRace(error) || isOurFault(error)) throw error;
      context.log.warn('repair.successor-failed', { agreement: agreement.id, slot: loss.slot, successor: successor.provider, error });
      lastError = error;
    }
  }
  throw lastError;
}

async function knownSuccessor(context: HeavyContext, provider: number | undefined): Promise<Successor | undefined> {
  if (provider === undefined) return undefined;
  return (await context.directory.all()).find((node) => node.id === provider && !node.faulted && node.endpoint !== '') as Successor | undefined;
}

/** When nobody is left, the reason why the last one failed says more than that nobody is left. */
async function nextSuccessor(context: HeavyContext, { agreement, loss }: Work, tried: ReadonlySet<number>, lastError: unknown): Promise<Successor> {
  try {
    return await findSuccessor(context, agreement, { slot: loss.slot, tried });
  } catch (error) {
    throw lastError ?? error;
  }
}

/** Another successor would not help: the fragments or the key are what is missing. */
function isOurFault(error: unknown): boolean {
  return error instanceof RepairError && (error.code === 'TOO_FEW_FRAGMENTS' || error.code === 'WRONG_REBUILD');
}

async function handOver(context: HeavyContext, seals: Seals, work: Work, to: Successor): Promise<Hex> {
  const { loss, agreement, authorization } = work;
  const receipts: Hex[] = [];
  for (const bundle of work.bundles) {
    const batches: Placed[] = [];
    for (const batch of bundle.batches) batches.push(await placeBatch(context, seals, work, to, batch));
    receipts.push(await askReceipt(context, to, { agreement: agreement.id, slot: loss.slot, bundle, batches, authorization }));
  }
  await noteJob(context.store, loss, { state: 'handing-over', successor: to.provider });
  const { transactionHash, bounty, slashed } = await succeed(context, to, { agreement, slot: loss.slot, authorization });
  context.log.info('repair.replaced', { ...loss, successor: to.provider, bundles: receipts.length, bounty, slashed, txHash: transactionHash });
  await confirmBundles(context, work, receipts);
  return transactionHash;
}

/** Rebuilds and sends the fragment unless it is there; tries each name and key that the batch may have. */
async function placeBatch(context: HeavyContext, seals: Seals, work: Work, to: Successor, batch: BatchFacts): Promise<Placed> {
  const { agreement, loss, sources, authorization } = work;
  const { slot } = loss;
  const shape = geometry(agreement);
  const where = { agreement: agreement.id, slot };
  let lastError: unknown;
  for (const batchId of batch.batchIds) {
    const placed = { batchId, fragmentRoots: batch.fragmentRoots };
    if (await holdsFragment(context, to, placed, { ...where, leaves: shape.leaves })) return placed;
    for (const sealKey of work.sealKeys) {
      try {
        const fragment = await rebuildFragment(context, { ...where, ...placed, geometry: shape, sealKey, sources });
        await seals.confirm(agreement.id, sealKey);
        await sendFragment(context, to, { ...where, batch: placed, fragment, authorization });
        return placed;
      } catch (error) {
        if (!isOurFault(error)) throw error;
        lastError = error;
      }
    }
  }
  throw lastError;
}

/** The slot has changed hands already: what goes wrong here is logged and costs the creator only the proofs of unconfirmed bundles. */
async function confirmBundles(context: HeavyContext, { loss, onChain }: Work, receipts: readonly Hex[]): Promise<void> {
  for (const [bundle, receipt] of receipts.entries()) {
    const state = onChain[bundle];
    if (state === undefined || (state.acknowledged >> BigInt(loss.slot)) & 1n) continue;
    try {
      await acknowledge(context.chain, { agreement: loss.agreement, bundle, slot: loss.slot, signature: receipt });
    } catch (error) {
      context.log.warn('repair.not-acknowledged', { agreement: loss.agreement, bundle, slot: loss.slot, error });
    }
  }
}
