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
import { fetchFragment, sourcesOf } from './sources.ts';
import type { Source } from './sources.ts';
import { findSuccessor } from './successors.ts';

/** What the steps of one repair share. */
interface Work {
  readonly loss: Loss;
  readonly agreement: AgreementState;
  /** By number; retired ones are left out. */
  readonly onChain: ReadonlyMap<number, BundleState>;
  readonly bundles: readonly BundleFacts[];
  readonly sources: readonly Source[];
  /** The slot's own provider, where it is only under notice. */
  readonly holder: Source | undefined;
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

/** A notice ends with its provider's time in the slot, and with nothing else. */
function isStillLost(agreement: AgreementState, loss: Loss): boolean {
  const slot = agreement.slots[loss.slot];
  if (slot === undefined) return false;
  if (loss.cause === 'vacancy') return slot.vacancy?.from === loss.from;
  return slot.provider === loss.from && (loss.cause === 'notice' || slot.faulted);
}

/** The market's way of saying that the slot is in good hands, or that somebody's succession came first. */
function isLostRace(error: unknown): boolean {
  return error instanceof ContractRevertError && ['SlotNotFaulted', 'WrongSuccession', 'ProviderTwice', 'AgreementOver'].includes(error.errorName);
}

async function collect(context: HeavyContext, seals: Seals, loss: Loss, agreement: AgreementState): Promise<Work> {
  const { chain, directory } = context;
  const nodes = await directory.fresh();
  const sources = sourcesOf(agreement, nodes, loss.slot);
  const endpoint = nodes.find(({ id }) => id === loss.from)?.endpoint;
  const holder = loss.cause === 'notice' && endpoint !== undefined ? { slot: loss.slot, provider: loss.from, endpoint } : undefined;
  const onChain = new Map<number, BundleState>();
  const bundles: BundleFacts[] = [];
  for (let bundle = 0; bundle < agreement.bundles; bundle++) {
    const state = await readBundle(chain, agreement.id, bundle);
    if (state.retired !== 0) continue;
    onChain.set(bundle, state);
    bundles.push(await describeBundle(context, { agreement: agreement.id, bundle, onChain: state, slots: agreement.slots.length, sources }));
  }
  const sealKeys = bundles.length === 0 ? [] : await seals.keysOf(agreement.id).catch((error: unknown) => withoutKey(loss, error));
  return { loss, agreement, onChain, bundles, sources, holder, sealKeys, authorization: await signSession(context, agreement.id) };
}

/** Whoever is only under notice still has the fragments: they can be copied as they are. */
function withoutKey(loss: Loss, error: unknown): Uint8Array[] {
  if (loss.cause === 'notice') return [];
  throw error;
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
  const node = (await context.directory.all()).find(({ id, faulted, endpoint }) => id === provider && !faulted && endpoint !== '');
  return node === undefined ? undefined : { provider: node.id, operator: node.operator, endpoint: node.endpoint };
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
  const receipts = new Map<number, Hex>();
  for (const bundle of work.bundles) {
    const batches: Placed[] = [];
    for (const batch of bundle.batches) batches.push(await placeBatch(context, seals, work, to, batch));
    receipts.set(bundle.bundle, await askReceipt(context, to, { agreement: agreement.id, slot: loss.slot, bundle, batches, authorization }));
  }
  await noteJob(context.store, loss, { state: 'handing-over', successor: to.provider });
  const { transactionHash, bounty, slashed } = await succeed(context, to, { agreement, slot: loss.slot, authorization });
  context.log.info('repair.replaced', { ...loss, successor: to.provider, bundles: receipts.size, bounty, slashed, txHash: transactionHash });
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
    if (await copyFragment(context, work, to, placed)) return placed;
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

/** A provider under notice gives its fragment itself, as far as it still does. */
async function copyFragment(context: HeavyContext, work: Work, to: Successor, batch: Placed): Promise<boolean> {
  const { agreement, loss, holder, authorization } = work;
  if (holder === undefined) return false;
  const { leaves } = geometry(agreement);
  const root = batch.fragmentRoots[loss.slot] as Uint8Array;
  try {
    const fragment = await fetchFragment(context, holder, { agreement: agreement.id, batchId: batch.batchId, root, leaves });
    await sendFragment(context, to, { agreement: agreement.id, slot: loss.slot, batch, fragment, authorization });
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warn('repair.not-copied', { agreement: agreement.id, batchId: batch.batchId, slot: loss.slot, from: holder.provider, error });
    return false;
  }
}

/** The slot has changed hands already: what goes wrong here is logged and costs the creator only the proofs of unconfirmed bundles. */
async function confirmBundles(context: HeavyContext, { loss, onChain }: Work, receipts: ReadonlyMap<number, Hex>): Promise<void> {
  for (const [bundle, receipt] of receipts) {
    const state = onChain.get(bundle);
    if (state === undefined || (state.acknowledged >> BigInt(loss.slot)) & 1n) continue;
    try {
      await acknowledge(context.chain, { agreement: loss.agreement, bundle, slot: loss.slot, signature: receipt });
    } catch (error) {
      context.log.warn('repair.not-acknowledged', { agreement: loss.agreement, bundle, slot: loss.slot, error });
    }
  }
}
