/** Batches that cannot be rebuilt as things are: fewer than k of their fragments can be had. Seen at the last attempt; their creator decides what becomes of their bundles. */
import type { LostBatch } from '../../wire/losses.ts';
import { RepairError } from '../errors.ts';

/** Who looked: the repair of lost slots, or of single fragments. */
export type Looker = 'slots' | 'fragments';

export interface Losses {
  /** What this one found now; none: what was lost is back, or given up. */
  note(agreement: number, by: Looker, lost: readonly LostBatch[]): void;
  /** Forgets what this one found of all agreements but these: nothing is the matter with them any more. */
  keep(by: Looker, agreements: ReadonlySet<number>): void;
  of(agreement: number): readonly LostBatch[];
}

/** Of one agreement; further ones are told once these are given up. */
const BATCHES_SHOWN = 1_024;
const AGREEMENTS_MAX = 10_000;

export function createLosses(): Losses {
  const known: Readonly<Record<Looker, Map<number, readonly LostBatch[]>>> = { slots: new Map(), fragments: new Map() };
  return {
    note(agreement, by, lost) {
      known[by].delete(agreement);
      if (lost.length === 0) return;
      known[by].set(agreement, lost.slice(0, BATCHES_SHOWN));
      for (const oldest of known[by].keys()) {
        if (known[by].size <= AGREEMENTS_MAX) break;
        known[by].delete(oldest);
      }
    },
    keep(by, agreements) {
      for (const agreement of known[by].keys()) if (!agreements.has(agreement)) known[by].delete(agreement);
    },
    of(agreement) {
      const all = [...(known.slots.get(agreement) ?? []), ...(known.fragments.get(agreement) ?? [])];
      return [...new Map(all.map((lost) => [`${lost.bundle}/${lost.batch}`, lost])).values()];
    },
  };
}

/** Why a batch cannot be rebuilt now, whoever takes its fragments; undefined: something else went wrong. */
export function lossOf(error: unknown, at: { readonly bundle: number; readonly batch: number; readonly k: number }): LostBatch | undefined {
  if (!(error instanceof RepairError) || error.code !== 'TOO_FEW_FRAGMENTS') return undefined;
  const { bundle, batch, k } = at;
  const { available } = error.details;
  return { bundle, batch, available: typeof available === 'number' ? available : 0, needed: k };
}

/** Keeps a slot from changing hands: whoever takes it answers for these bundles. @param bundles lost ones that the slot acknowledged */
export function blockedBy(agreement: number, slot: number, bundles: readonly number[]): RepairError {
  return new RepairError(
    'BATCHES_LOST',
    `Slot ${slot} of agreement ${agreement} cannot change hands: batches of its bundles ${bundles.slice(0, 8).join(', ')} are lost, and nobody can answer for them. All others are rebuilt already. Its creator retires these bundles with \`holdfast repair\`.`,
    { agreement, slot, bundles: bundles.slice(0, 64) },
  );
}

export function isBlocked(error: unknown): boolean {
  return error instanceof RepairError && error.code === 'BATCHES_LOST';
}
