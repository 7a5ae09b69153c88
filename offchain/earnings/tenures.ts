/** Who held which slot from when to when, at which rent: pure, from the facts of the agreements. */
import type { Address } from 'viem';
import { SHARES } from './facts.ts';
import type { Cause, TermFact } from './facts.ts';

/** One provider's time in one slot at one rent. Epochs [from, to). Token units per epoch. */
export interface Tenure {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  readonly heavy: number;
  readonly creator: Address;
  readonly rent: bigint;
  /** The part of `rent` that is not the provider's. */
  readonly fee: bigint;
  readonly from: number;
  readonly to: number;
  /** How it ended, where it did not end with the agreement. */
  readonly left?: Cause | 'grown';
}

/** A slot without a provider, [from, to): its rent waits. */
export interface Gap {
  readonly agreement: number;
  readonly slot: number;
  readonly rent: bigint;
  readonly from: number;
  readonly to: number;
  /** What of the slash still waits for a repairer and a successor. 0 once the gap has ended. */
  readonly reward: bigint;
}

/** What was slashed of one slot, and whose it became. */
export interface Loss {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  readonly epoch: number;
  readonly cause: Cause;
  readonly slashed: bigint;
  /** The creator's half; more where the reward was not earned in full. */
  readonly compensation: bigint;
}

/** Credited to whoever took a slot over. */
export interface Premium {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  readonly epoch: number;
  readonly amount: bigint;
}

export interface Book {
  readonly tenures: readonly Tenure[];
  readonly gaps: readonly Gap[];
  readonly losses: readonly Loss[];
  readonly premiums: readonly Premium[];
  /** First epoch behind each agreement. */
  readonly ends: ReadonlyMap<number, number>;
}

interface Held { readonly provider: number; readonly rent: bigint; readonly from: number }
interface Vacant { readonly rent: bigint; readonly from: number; readonly reward: bigint; readonly loss: number }
interface Open { readonly creator: Address; readonly heavy: number; readonly feeBps: bigint; end: number; readonly slots: (Held | Vacant | undefined)[] }

/** `facts`: of whole agreements, from their opening on, in the order of the chain. */
export function bookOf(facts: readonly TermFact[], epochsPerPeriod: number): Book {
  const agreements = new Map<number, Open>();
  const tenures: Tenure[] = [];
  const gaps: Gap[] = [];
  const losses: Loss[] = [];
  const premiums: Premium[] = [];

  const endTenure = (id: number, slot: number, to: number, left?: Tenure['left']): Held | undefined => {
    const open = agreements.get(id)!;
    const held = open.slots[slot];
    if (held === undefined || !('provider' in held)) return undefined;
    const { creator, heavy, feeBps } = open;
    // One of no length (taken and left within an epoch) is kept: a slash may belong to it.
    tenures.push({ agreement: id, slot, provider: held.provider, heavy, creator, rent: held.rent, fee: (held.rent * feeBps) / 10_000n, from: held.from, to: Math.max(held.from, to), ...(left === undefined ? {} : { left }) });
    return held;
  };
  const endGap = (id: number, slot: number, to: number, reward: bigint): Vacant | undefined => {
    const vacant = agreements.get(id)!.slots[slot];
    if (vacant === undefined || 'provider' in vacant) return undefined;
    gaps.push({ agreement: id, slot, rent: vacant.rent, from: vacant.from, to: Math.max(vacant.from, to), reward });
    return vacant;
  };
  const compensate = (place: number, amount: bigint): void => {
    losses[place] = { ...losses[place]!, compensation: losses[place]!.compensation + amount };
  };

  for (const fact of facts) {
    const { agreement: id, epoch } = fact;
    if (fact.kind === 'opened') {
      const { creator, heavy, feeBps, endPeriod, holders } = fact;
      agreements.set(id, { creator, heavy, feeBps: BigInt(feeBps), end: endPeriod * epochsPerPeriod, slots: holders.map(({ provider, rent }) => ({ provider, rent, from: epoch })) });
      continue;
    }
    const open = agreements.get(id);
    if (open === undefined) throw new RangeError(`agreement ${id} has facts before its opening`);
    switch (fact.kind) {
      case 'extended': case 'closed':
        open.end = fact.endPeriod * epochsPerPeriod;
        break;
      case 'grown':
        for (const [slot, added] of fact.added.entries()) {
          const held = endTenure(id, slot, epoch, 'grown');
          if (held !== undefined) open.slots[slot] = { provider: held.provider, rent: held.rent + added, from: epoch };
        }
        break;
      case 'vacated': {
        const { slot, provider, cause, slashed } = fact;
        const held = endTenure(id, slot, epoch, cause);
        const reward = (slashed * SHARES.repairer) / 100n + (slashed * SHARES.successor) / 100n;
        losses.push({ agreement: id, slot, provider, epoch, cause, slashed, compensation: (slashed * SHARES.creator) / 100n });
        open.slots[slot] = { rent: held?.rent ?? 0n, from: epoch, reward, loss: losses.length - 1 };
        break;
      }
      case 'replaced': {
        const { slot, to: provider, rent } = fact;
        const vacant = endGap(id, slot, epoch, 0n);
        if (vacant !== undefined) {
          const ahead = BigInt(open.end - epoch);
          const whole = BigInt(epochsPerPeriod);
          const reward = ahead < whole ? (vacant.reward * ahead) / whole : vacant.reward;
          const amount = (reward * SHARES.successor) / (SHARES.repairer + SHARES.successor);
          if (amount > 0n) premiums.push({ agreement: id, slot, provider, epoch, amount });
          compensate(vacant.loss, vacant.reward - reward);
        }
        open.slots[slot] = { provider, rent, from: epoch };
        break;
      }
      case 'released': {
        const { slot } = fact;
        endTenure(id, slot, open.end);
        const vacant = endGap(id, slot, open.end, 0n);
        if (vacant !== undefined) compensate(vacant.loss, vacant.reward);
        open.slots[slot] = undefined;
        break;
      }
      default:
    }
  }
  for (const [id, { slots, end }] of agreements) {
    for (const slot of slots.keys()) {
      endTenure(id, slot, end);
      endGap(id, slot, end, (slots[slot] as Vacant | undefined)?.reward ?? 0n);
    }
  }
  return { tenures, gaps, losses, premiums, ends: new Map([...agreements].map(([id, { end }]) => [id, end])) };
}
