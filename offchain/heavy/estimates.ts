/** A provider as placement sees it before it has signed anything: the registry's entry, its own word, and what this node has seen of it. */
import type { NodeState } from '../chain/node-state.ts';
import { geometry } from '../codec/geometry.ts';
import { SUCCESSION_PERCENT } from '../wire/limits.ts';
import type { ProviderTier } from '../wire/placement.ts';
import type { Terms } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import type { Candidate } from './placement/candidate.ts';

/** By its ask; one that never said a price counts as cheap as can be, so that it is asked. */
export function estimate(context: HeavyContext, node: NodeState, options: { readonly fragmentBytes: number; readonly leastPrice: bigint; readonly isRepair: boolean }): Candidate {
  const asked = context.book.asked(node.id, options.fragmentBytes);
  // For a lost slot it may take less than it asks; how much less its quote will say.
  const price = asked === undefined ? options.leastPrice : options.isRepair ? (asked * BigInt(SUCCESSION_PERCENT)) / 100n : asked;
  const surcharge = context.book.surcharge(node.id);
  const counted = surcharge === 1 ? price : (price * BigInt(Math.ceil(surcharge * 100))) / 100n;
  const free = context.book.freeBytes(node.id);
  return { ...candidateOf(context, node, counted), ...(free === undefined ? {} : { freeBytes: free }) };
}

/** `price`: token units per batch and epoch. Free space is left out: who has signed an offer has reserved it. */
export function candidateOf(context: HeavyContext, node: NodeState, price: bigint): Candidate {
  const entry = context.book.of(node.id);
  const ask = entry?.ask;
  const seen = context.reputation.of(node.id);
  return {
    ...registered(node),
    price,
    alive: entry?.alive ?? true,
    ...(ask?.readOnly === undefined ? {} : { readOnly: ask.readOnly }),
    ...(ask === undefined ? {} : { capacityBytes: ask.capacityBytes }),
    ...(entry?.addresses === undefined ? {} : { addresses: entry.addresses }),
    ...seen,
  };
}

type Registered = Pick<Candidate, 'provider' | 'operator' | 'payout' | 'region' | 'parent' | 'faulted' | 'tier' | 'freeStake'>;

/** An entry that was read anew is another object, so what follows from one may be kept beside it. */
const known = new WeakMap<NodeState, Registered>();

function registered(node: NodeState): Registered {
  const kept = known.get(node);
  if (kept !== undefined) return kept;
  const { id, operator, payout, region, parent, faulted, tier } = node;
  const made: Registered = { provider: id, operator: operator.toLowerCase(), payout: payout.toLowerCase(), region, parent, faulted, tier: tier as ProviderTier, freeStake: freeStake(node) };
  known.set(node, made);
  return made;
}

/** Token units that can stand behind new rent. */
export function freeStake(node: Pick<NodeState, 'stake' | 'queued' | 'required'>): bigint {
  const free = node.stake - node.queued - node.required;
  return free > 0n ? free : 0n;
}

/** Bytes of one fragment, and of a slot, under these terms. */
export function slotSizes({ k, m, batchLog2, quota }: Pick<Terms, 'k' | 'm' | 'batchLog2' | 'quota'>): { fragmentBytes: number; slotBytes: number } {
  const fragmentBytes = geometry({ k, m, batchLog2 }).fragmentSize;
  return { fragmentBytes, slotBytes: fragmentBytes * quota };
}
