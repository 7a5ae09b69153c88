import { Dice } from '../support/contracts/life-random.ts';

const RANGE = 2 ** 32;

/** The only source of chance of a run. */
export class SimDice extends Dice {
  /** 0 <= result < 1, in steps of 2^-32. */
  share(): number {
    return this.below(RANGE) / RANGE;
  }

  chance(odds: number): boolean {
    return this.share() < odds;
  }

  /** Waiting time of something that happens once in `mean` on average. */
  waiting(mean: number): number {
    return -Math.log(1 - this.share()) * mean;
  }

  within(from: number, to: number): number {
    return from + this.share() * (to - from);
  }

  bytes(sizeBytes: number): Uint8Array {
    return Uint8Array.from({ length: sizeBytes }, () => this.below(256));
  }

  /** A stream of its own: what is drawn from one does not move the other. */
  fork(): SimDice {
    return new SimDice(this.below(RANGE));
  }
}
