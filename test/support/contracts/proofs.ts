import { bytesToHex, concatHex, numberToHex, type Hex } from 'viem';
import type { Receipt } from './evm.ts';
import { goToEpoch, type NodeActor, type World } from './world.ts';

export interface Draw {
  readonly isVoid: boolean;
  readonly agreement: number;
  readonly slot: number;
  readonly batch: number;
  readonly leaf: number;
  readonly leaves: number;
  readonly n: number;
  /** The retired bundles that the draw moved on from, then the one that it asks for. */
  readonly bundles: readonly number[];
  readonly isSpent: boolean;
}

interface BundleView {
  readonly first: number;
  readonly batches: number;
  readonly acknowledged: bigint;
}

/** Fixes the current epoch's seed. */
export async function poke(world: World): Promise<Receipt> {
  return world.evm.send(world.treasury.address, world.market, 'poke');
}

export async function drawsOf(world: World, provider: NodeActor): Promise<readonly Draw[]> {
  const [, draws] = await world.evm.read<[number, readonly Draw[]]>(world.market, 'draws', [provider.id]);
  return draws;
}

/** The bytes that `prove` takes for the current epoch's draws, from the trees of `commitBundle`. */
export async function proofFor(world: World, provider: NodeActor): Promise<Hex> {
  const parts: Hex[] = [];
  for (const draw of await drawsOf(world, provider)) if (!draw.isVoid) parts.push(await answer(world, draw));
  return concatHex(parts);
}

export async function answer(world: World, draw: Draw): Promise<Hex> {
  const index = draw.bundles.at(-1)!;
  const number = concatHex(draw.bundles.map((one) => numberToHex(one, { size: 4 })));
  const bundle = await world.evm.read<BundleView>(world.market, 'bundleOf', [draw.agreement, index]);
  if (draw.isSpent || ((bundle.acknowledged >> BigInt(draw.slot)) & 1n) === 0n) return number;
  const tree = world.trees.get(`${draw.agreement}/${index}`)!;
  const position = { leafIndex: draw.leaf, leaves: draw.leaves, slot: draw.slot, slots: draw.n, batch: draw.batch - bundle.first, batches: bundle.batches };
  return concatHex([number, bytesToHex(tree.sample(position))]);
}

/** Proves the current epoch; anyone may send it. */
export async function prove(world: World, provider: NodeActor): Promise<Receipt> {
  return world.evm.send(world.treasury.address, world.market, 'prove', [provider.id, await proofFor(world, provider)]);
}

/** Epochs [from, to): in each one poke, then every provider of `proving` that has something to prove does. Ends in the last of them. */
export async function runEpochs(world: World, from: number, to: number, proving: readonly NodeActor[]): Promise<void> {
  for (let epoch = from; epoch < to; epoch += 1) {
    await goToEpoch(world, epoch, world.epochSeconds / 4);
    await poke(world);
    for (const provider of proving) await prove(world, provider);
  }
}
