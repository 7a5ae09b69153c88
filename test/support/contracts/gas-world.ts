import { bitmap } from './bundles.ts';
import type { OpenOptions } from './agreements.ts';
import type { Contract, Receipt } from './evm.ts';
import { runEpochs } from './proofs.ts';
import { createWorld, currentEpoch, goToEpoch, type World } from './world.ts';

/** Gas of one act. `params` say what the act was measured at. */
export interface GasRow {
  readonly act: string;
  readonly params: Readonly<Record<string, number>>;
  readonly gas: number;
}

export const SLOTS = 16;
export const ALL_SLOTS = bitmap(Array.from({ length: SLOTS }, (_, slot) => slot));
/** The default scheme at full size: fragments of 25.6 MiB. 40 batches are 1 GiB of the creator's data. */
export const FULL: OpenOptions = { k: 10, m: 6, batchLog2: 28, quota: 8192, price: 10n ** 12n, periods: 8 };
export const BATCHES_PER_GIB = 40;
/**
 * The smallest agreement, for measuring at a thousand of them: two copies, 64 fragments of 16 MiB. Every path has 16 + 1 + 6 siblings.
 * Its rent fills its size class to 95 %, as that of FULL does: draws are seldom rejected.
 */
export const PAIR: OpenOptions = { k: 1, m: 1, batchLog2: 24, quota: 64, price: 2_080n * 10n ** 9n, periods: 8 };
/** As FULL, with a rent at the bottom of the widest kind of size class: one of three weighted draws is rejected and tried again, the most that there can be. */
export const UNLUCKY: OpenOptions = { ...FULL, price: 2n ** 38n + 1n };

export async function withWorld(measure: (world: World) => Promise<GasRow[]>, providers = SLOTS): Promise<GasRow[]> {
  // Judged at every opening and commit, and never failed: most of these providers prove only where it is measured.
  const world = await createWorld({ providers, heavies: 2, parameters: { healthBps: 1, healthEpochs: 6 } });
  try {
    await goToEpoch(world, 10);
    return await measure(world);
  } finally {
    await world.evm.close();
  }
}

/** Every provider proves the next epoch, so that later acts settle real pay. Ends at the start of the epoch after it. */
export async function passEpoch(world: World): Promise<void> {
  const next = currentEpoch(world) + 1;
  await runEpochs(world, next, next + 1, world.providers.slice(0, SLOTS));
  await goToEpoch(world, next + 1);
}

/** Rows of acts that come one after the other in one world. */
export class Meter {
  readonly rows: GasRow[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  add(act: string, params: GasRow['params'], { gasUsed }: Receipt): void {
    this.rows.push({ act, params, gas: gasUsed });
  }

  /** Sends and adds a call of the market, by the treasury unless said. */
  async call(act: string, params: GasRow['params'], call: { name: string; args: readonly unknown[]; to?: Contract; from?: `0x${string}` }): Promise<Receipt> {
    const receipt = await this.#world.evm.send(call.from ?? this.#world.treasury.address, call.to ?? this.#world.market, call.name, call.args);
    this.add(act, params, receipt);
    return receipt;
  }
}
