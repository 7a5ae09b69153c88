import { bytesToHex } from 'viem';
import { geometry } from '../../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../../offchain/codec/platform-node.ts';
import { applySeal } from '../../../offchain/codec/seal.ts';
import { decodeBatch, encodeBatch, recoverRange } from '../../../offchain/codec/stripe.ts';
import { isEqual } from '../../../offchain/proof/bytes.ts';
import { FragmentHasher } from '../../../offchain/proof/fragment-hasher.ts';
import type { SimDice } from '../dice.ts';

const BATCH_LOG2 = 16;

interface RealBatch {
  readonly batchId: Uint8Array;
  readonly payload: Uint8Array;
  readonly roots: readonly Uint8Array[];
  /** As they lie on the disks; undefined: gone. */
  readonly fragments: (Uint8Array | undefined)[];
}

/** The bytes behind an agreement's tracked batches: encoded, sealed, damaged, verified and rebuilt by the product's own code. */
export class RealBytes {
  readonly #shape;
  readonly #sealKey: Uint8Array;
  readonly #batches: readonly RealBatch[];

  static async create(options: { readonly k: number; readonly m: number; readonly batches: number; readonly dice: SimDice }): Promise<RealBytes> {
    const { k, m, batches, dice } = options;
    const shape = geometry({ k, m, batchLog2: BATCH_LOG2 });
    const sealKey = dice.bytes(32);
    const made: RealBatch[] = [];
    for (let i = 0; i < batches; i += 1) {
      const batchId = dice.bytes(32);
      const payload = dice.bytes(shape.payloadSize);
      const sealed = encodeBatch(shape, payload).map((data, slot) => applySeal(nodePlatform, { sealKey, batchId, slot, offset: 0, data }));
      const fragments = await Promise.all(sealed);
      made.push({ batchId, payload, roots: fragments.map(rootOf), fragments });
    }
    return new RealBytes(shape, sealKey, made);
  }

  private constructor(shape: ReturnType<typeof geometry>, sealKey: Uint8Array, batches: readonly RealBatch[]) {
    this.#shape = shape;
    this.#sealKey = sealKey;
    this.#batches = batches;
  }

  drop(slot: number, batch: number): void {
    this.#batches[batch]!.fragments[slot] = undefined;
  }

  /** One bit of one leaf. */
  rot(slot: number, batch: number, dice: SimDice): void {
    const fragment = this.#batches[batch]!.fragments[slot];
    if (fragment !== undefined) fragment[dice.below(fragment.length)]! ^= 1 << dice.below(8);
  }

  /** A fragment whose hash is the committed root. */
  isWhole(slot: number, batch: number): boolean {
    const { fragments, roots } = this.#batches[batch]!;
    const fragment = fragments[slot];
    return fragment !== undefined && isEqual(rootOf(fragment), roots[slot]!);
  }

  /**
   * Rebuilds a slot's fragment from the slots of `sources` that prove to be whole.
   * @returns false when these are fewer than k; then nothing has changed
   */
  async rebuild(slot: number, batch: number, sources: readonly number[]): Promise<boolean> {
    const real = this.#batches[batch]!;
    const { k, fragmentSize } = this.#shape;
    const whole = sources.filter((one) => one !== slot && this.isWhole(one, batch)).slice(0, k);
    if (whole.length < k) return false;
    const present = new Map<number, Uint8Array>();
    for (const one of whole) present.set(one, await this.#seal(real, one, real.fragments[one]!));
    const clear = recoverRange(this.#shape, { slot, start: 0, end: fragmentSize, present });
    const sealed = await this.#seal(real, slot, clear);
    if (!isEqual(rootOf(sealed), real.roots[slot]!)) throw new Error(`rebuilt fragment ${slot} has the root ${bytesToHex(rootOf(sealed))}`);
    real.fragments[slot] = sealed;
    return true;
  }

  /** Reads the batch back from any k fragments that are whole; undefined when there are fewer. */
  async read(batch: number): Promise<boolean | undefined> {
    const real = this.#batches[batch]!;
    const whole = real.fragments.flatMap((_, slot) => (this.isWhole(slot, batch) ? [slot] : [])).slice(-this.#shape.k);
    if (whole.length < this.#shape.k) return undefined;
    const present = new Map<number, Uint8Array>();
    for (const slot of whole) present.set(slot, await this.#seal(real, slot, real.fragments[slot]!));
    return isEqual(decodeBatch(this.#shape, present), real.payload);
  }

  #seal({ batchId }: RealBatch, slot: number, data: Uint8Array): Promise<Uint8Array> {
    return applySeal(nodePlatform, { sealKey: this.#sealKey, batchId, slot, offset: 0, data });
  }
}

function rootOf(fragment: Uint8Array): Uint8Array {
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  return hasher.finish().root;
}
