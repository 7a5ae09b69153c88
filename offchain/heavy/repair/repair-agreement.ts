/** All lost slots of one agreement, from the first question to the replacements on the chain. Every step may be done again. */
import type { Hex } from 'viem';
import { acknowledge } from '../../chain/acknowledge.ts';
import { ContractRevertError } from '../../chain/chain-errors.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import { SUCCESSORS_PER_ATTEMPT } from '../limits.ts';
import { REPAIR_FAILED_WEIGHT } from '../reputation/score.ts';
import { askReceipt, succeed } from './hand-over.ts';
import type { Placed, Successor } from './hand-over.ts';
import { beginJob, dropJob, noteJob } from './jobs.ts';
import { blockedBy, isBlocked } from './losses.ts';
import { placeAll } from './place-all.ts';
import { isOurFault } from './place-batch.ts';
import type { Team } from './place-batch.ts';
import type { Loss } from './plan.ts';
import { chooseTakers } from './takers.ts';
import { collect } from './work.ts';
import type { Work, Workshop } from './work.ts';

/** What became of each lost slot. settled: nothing was left to do, or somebody else did it. */
export interface RepairReport {
  readonly replaced: readonly Loss[];
  readonly settled: readonly Loss[];
  readonly failed: readonly { readonly loss: Loss; readonly error: unknown }[];
}

/** `losses`: of one agreement. Nothing is thrown for a slot that could not be repaired; its job's row keeps the reason. */
export async function repairAgreement(shop: Workshop, losses: readonly Loss[]): Promise<RepairReport> {
  const { context } = shop;
  const [first] = losses;
  if (first === undefined) return { replaced: [], settled: [], failed: [] };
  const agreement = await readAgreement(context.chain, first.agreement);
  const open = new Map(losses.filter((loss) => isStillLost(agreement, loss)).map((loss) => [loss.slot, loss]));
  const begun = new Set(open.keys());
  const replaced: Loss[] = [];
  const failures = new Map<number, unknown>();
  const earlier = new Map<number, number>();
  for (const loss of open.values()) {
    const { successor, attempts } = await beginJob(context.store, loss);
    if (successor !== undefined) earlier.set(loss.slot, successor);
    context.log.info('repair.begin', { ...loss, attempt: attempts });
  }
  if (open.size > 0) {
    try {
      await repairOpen(shop, agreement, { open, earlier, failures, replaced });
    } catch (error) {
      context.signal.throwIfAborted();
      for (const slot of open.keys()) failures.set(slot, failures.get(slot) ?? error);
    }
  }
  return settle(context, { losses, begun, open, replaced, failures });
}

/** A notice ends with its provider's time in the slot, and with nothing else. */
function isStillLost(agreement: AgreementState, loss: Loss): boolean {
  const slot = agreement.slots[loss.slot];
  if (slot === undefined) return false;
  if (loss.cause === 'vacancy') return slot.vacancy?.from === loss.from;
  return slot.provider === loss.from && (loss.cause === 'notice' || slot.faulted);
}

interface Progress {
  /** Still to be done, by slot. */
  readonly open: Map<number, Loss>;
  /** Successors of an attempt that was broken off: they may hold most of it. */
  readonly earlier: ReadonlyMap<number, number>;
  readonly failures: Map<number, unknown>;
  readonly replaced: Loss[];
}

/** Rounds: each slot that is still open gets the next successor, until none is open or nobody is left. */
async function repairOpen(shop: Workshop, agreement: AgreementState, progress: Progress): Promise<void> {
  const { open, earlier, failures } = progress;
  const work = await collect(shop, agreement, [...open.values()].map(({ slot, cause }) => ({ slot, isHeld: cause === 'notice' })));
  const tried = new Map([...open.keys()].map((slot) => [slot, new Set<number>()]));
  for (let round = 0; round < SUCCESSORS_PER_ATTEMPT && open.size > 0; round++) {
    const team: Team = { takers: await chooseTakers(shop.context, { agreement, slots: [...open.keys()], tried, earlier: round === 0 ? earlier : new Map(), failures }), failures };
    if (team.takers.size === 0) return;
    await handOverAll(shop, work, team, progress);
    for (const [slot, error] of failures) if (open.has(slot) && isFinal(error)) return;
  }
}

/** What no other successor changes in this attempt. */
function isFinal(error: unknown): boolean {
  return isOurFault(error) || isBlocked(error) || isLostRace(error);
}

/** The market's way of saying that the slot is in good hands, or that somebody's succession came first. */
function isLostRace(error: unknown): boolean {
  return error instanceof ContractRevertError && ['SlotNotFaulted', 'WrongSuccession', 'ProviderTwice', 'AgreementOver', 'DrawPending'].includes(error.errorName);
}

/** All fragments to everybody, then one succession after the other: each changes the turn that the next one signs for. */
async function handOverAll(shop: Workshop, work: Work, team: Team, { open, failures, replaced }: Progress): Promise<void> {
  const { context } = shop;
  const { batches, lostBundles } = await placeAll(shop, work, team);
  for (const [slot, to] of team.takers) {
    const loss = open.get(slot) as Loss;
    // A bundle that the slot never acknowledged needs no answer from its successor either.
    const inTheWay = [...lostBundles].filter((bundle) => (((work.onChain.get(bundle)?.acknowledged ?? 0n) >> BigInt(slot)) & 1n) === 1n);
    try {
      if (inTheWay.length > 0) throw blockedBy(work.agreement.id, slot, inTheWay);
      const txHash = await handOver(shop, work, { loss, to, batches });
      await noteJob(context.store, loss, { state: 'replaced', txHash });
      open.delete(slot);
      failures.delete(slot);
      replaced.push(loss);
      context.reputation.note(to.provider, { part: 'repair', good: 1 });
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isFinal(error)) context.reputation.note(to.provider, { part: 'repair', bad: REPAIR_FAILED_WEIGHT });
      if (!isFinal(error)) context.log.warn('repair.successor-failed', { agreement: work.agreement.id, slot, successor: to.provider, error });
      failures.set(slot, error);
    }
  }
}

async function handOver({ context }: Workshop, work: Work, what: { readonly loss: Loss; readonly to: Successor; readonly batches: ReadonlyMap<number, readonly Placed[]> }): Promise<Hex> {
  const { loss, to, batches } = what;
  const { slot } = loss;
  const receipts = new Map<number, Hex>();
  for (const bundle of work.bundles.filter(({ bundle: number }) => batches.has(number))) {
    receipts.set(bundle.bundle, await askReceipt(context, to, { agreement: loss.agreement, slot, bundle, batches: batches.get(bundle.bundle) ?? [], authorization: await work.authorization() }));
  }
  await noteJob(context.store, loss, { state: 'handing-over', successor: to.provider });
  const { transactionHash, bounty, slashed } = await succeed(context, to, { agreement: work.agreement, slot, authorization: await work.authorization() });
  context.log.info('repair.replaced', { ...loss, successor: to.provider, bundles: receipts.size, bounty, slashed, txHash: transactionHash });
  await confirmBundles(context, work, { loss, receipts });
  return transactionHash;
}

/** The slot has changed hands already: what goes wrong here is logged and costs the creator only the proofs of unconfirmed bundles. */
async function confirmBundles(context: HeavyContext, { onChain }: Work, { loss, receipts }: { readonly loss: Loss; readonly receipts: ReadonlyMap<number, Hex> }): Promise<void> {
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

/** Whatever went wrong: a slot that is in good hands by now was repaired by somebody else, or its provider came back. */
async function settle(
  context: HeavyContext,
  state: { readonly losses: readonly Loss[]; readonly begun: ReadonlySet<number>; readonly open: ReadonlyMap<number, Loss>; readonly replaced: readonly Loss[]; readonly failures: ReadonlyMap<number, unknown> },
): Promise<RepairReport> {
  const { losses, begun, open, replaced, failures } = state;
  const [first] = losses;
  const settled: Loss[] = [];
  const failed: { loss: Loss; error: unknown }[] = [];
  const now = first === undefined || replaced.length === losses.length ? undefined : await readAgreement(context.chain, first.agreement);
  for (const loss of losses) {
    if (replaced.includes(loss)) continue;
    const error = failures.get(loss.slot);
    if (now === undefined || !begun.has(loss.slot) || !isStillLost(now, loss)) {
      await dropJob(context.store, loss);
      if (open.has(loss.slot)) context.log.info('repair.race-lost', { ...loss, error });
      settled.push(loss);
    } else {
      await noteJob(context.store, loss, { state: 'failed', error: error instanceof Error ? error.message : String(error ?? 'nobody took the slot') });
      failed.push({ loss, error });
    }
  }
  return { replaced, settled, failed };
}
