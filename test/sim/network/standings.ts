/** What heavy nodes think of providers: the product's own record and score, fed by the outcomes that audits would have. */
import { FAILED_WEIGHT, REFUSED_WEIGHT, faded, newStanding, scoreOf, stateOf, WARNED_BELOW } from '../../../offchain/heavy/reputation/score.ts';
import type { Part, Standing } from '../../../offchain/heavy/reputation/score.ts';
import { VETTING } from '../../../offchain/heavy/placement/vetting.ts';
import type { World } from './world.ts';

/** offchain/heavy/settings.ts: audits.leavesPerSlot; one read for each provider and epoch. */
const LEAVES_PER_SLOT = 2;
const READS = 1;
const EPOCHS_PER_LOOK = 12;

/** One record for each provider, as a heavy node has it that asks one of its slots in every epoch; all heavy nodes share it. */
export class Standings {
  readonly #records: Standing[] = [];
  readonly #scores: number[] = [];

  /** `isKnown`: it was there before the run began, and is vetted. */
  join(p: number, options: { readonly id: number; readonly epoch: number; readonly isKnown: boolean }): void {
    const standing = newStanding(options.id, 'standard', options.epoch);
    this.#records[p] = options.isKnown ? { ...standing, successes: 4 * VETTING.graduatesAt } : standing;
    this.#scores[p] = scoreOf(standing.parts);
  }

  /** What placement is told. Whoever is only warned as yet is not below the line. */
  seen(p: number, heldBytes: number): { readonly reputation: number; readonly vetting: { readonly successes: number; readonly heldBytes: number } } {
    const record = this.#records[p]!;
    const isOut = stateOf(record, { graduatesAt: VETTING.graduatesAt }) === 'excluded';
    return { reputation: isOut ? 0 : Math.max(WARNED_BELOW, this.#scores[p]!), vetting: { successes: record.successes, heldBytes } };
  }

  isExcluded(p: number): boolean {
    return stateOf(this.#records[p]!, { graduatesAt: VETTING.graduatesAt }) === 'excluded';
  }

  /** It never acknowledged what it was sent. */
  dismissed(p: number, epoch: number): void {
    const record = faded(this.#records[p]!, epoch);
    this.#keep(p, { ...record, parts: { ...record.parts, audits: plus(record, 'audits', 0, REFUSED_WEIGHT) } });
  }

  /** The outcomes of the last day. `upShare`: of its epochs that it was there; `lackShare`: of what it should have, that is missing. */
  look(p: number, options: { readonly epoch: number; readonly upShare: number; readonly lackShare: number; readonly fails: (asked: number) => number }): void {
    const { epoch, upShare, fails } = options;
    const record = faded(this.#records[p]!, epoch);
    const asked = Math.round(EPOCHS_PER_LOOK * upShare) * LEAVES_PER_SLOT;
    const reads = Math.round(EPOCHS_PER_LOOK * upShare) * READS;
    const failed = options.lackShare === 0 ? 0 : fails(asked);
    const unread = options.lackShare === 0 ? 0 : fails(reads);
    const parts = {
      ...record.parts,
      audits: plus(record, 'audits', asked - failed, (failed + unread) * FAILED_WEIGHT),
      retrieval: plus(record, 'retrieval', reads - unread, 0),
      uptime: plus(record, 'uptime', EPOCHS_PER_LOOK * upShare, EPOCHS_PER_LOOK * (1 - upShare)),
    };
    this.#keep(p, { ...record, parts, successes: record.successes + asked - failed + reads - unread });
  }

  #keep(p: number, record: Standing): void {
    const score = scoreOf(record.parts);
    this.#records[p] = { ...record, warnedEpoch: score < WARNED_BELOW ? (record.warnedEpoch ?? record.epoch) : undefined };
    this.#scores[p] = score;
  }
}

function plus(record: Standing, part: Part, good: number, bad: number): { good: number; bad: number } {
  return { good: record.parts[part].good + good, bad: record.parts[part].bad + bad };
}

/** Once a day. */
export function lookAtAll(world: World): void {
  const { providers, epoch, dice, standings } = world;
  if (epoch === 0 || epoch % EPOCHS_PER_LOOK !== 0) return;
  for (let p = 0; p < providers.count; p += 1) {
    if (providers.isGone(p)) continue;
    const owed = providers.owed[p]!;
    const lackShare = owed === 0 ? 0 : providers.lacks[p]! / owed;
    const fails = (asked: number): number => Array.from({ length: asked }, () => dice.draws.chance(lackShare)).filter(Boolean).length;
    standings.look(p, { epoch, upShare: providers.upEpochs[p]! / EPOCHS_PER_LOOK, lackShare, fails });
    providers.upEpochs[p] = 0;
  }
}
