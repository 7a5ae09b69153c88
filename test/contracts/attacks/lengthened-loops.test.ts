import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { crowdPool } from '../../support/contracts/crowd.ts';
import type { Receipt } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, prove, runEpochs } from '../../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World, type WorldOptions } from '../../support/contracts/world.ts';

/*
 * Every act on providers with a hundred slots, and with ten thousand. The rent is the highest of its class, so that
 * no draw is made anew and gas is exact.
 */
const [FEW, MANY] = [100, 10_000];
const OPTIONS: WorldOptions = { providers: 2, epochsPerPeriod: 8, parameters: { missAllowance: 0 } };
const PAIR = { k: 1, m: 1, periods: 4, quota: 1, price: 2n ** 33n * (4n ** 11n - 1n) };

async function mean(acts: readonly (() => Promise<Receipt>)[]): Promise<number> {
  let total = 0;
  for (const act of acts) total += (await act()).gasUsed;
  return total / acts.length;
}

/** Gas of each act, after a first round of everything, so that no storage is written for the first time. */
async function gasTable(world: World, slots: number): Promise<Record<string, number>> {
  const [provider] = world.providers;
  const first = await openAgreement(world, PAIR);
  await commitBundle(world, first);
  await runEpochs(world, 1, 3, world.providers);
  for (const one of world.providers) await crowdPool(world, one, slots);
  const proving = Array.from({ length: 4 }, (_, i) => async () => {
    await goToEpoch(world, 3 + i);
    await poke(world);
    return prove(world, provider!);
  });
  const table: Record<string, number> = { prove: await mean(proving) };
  await prove(world, world.providers[1]!);
  table['open'] = await mean(Array.from({ length: 3 }, () => async () => (await openAgreement(world, { ...PAIR, periods: 1 })).receipt));
  table['settle'] = (await world.evm.send(world.treasury.address, world.market, 'settle', [provider!.id, world.heavies[0]!.id, provider!.parent])).gasUsed;
  await goToEpoch(world, 8);
  table['release'] = (await world.evm.send(world.treasury.address, world.market, 'release', [3, 3n])).gasUsed;
  table['reportMisses'] = (await world.evm.send(world.treasury.address, world.market, 'reportMisses', [[provider!.id], 0])).gasUsed;
  table['close'] = (await world.evm.send(world.creator.address, world.market, 'close', [first.id])).gasUsed;
  return table;
}

inWorld(`loops an attacker can lengthen: with ${MANY} slots per provider every act costs what it costs with ${FEW}, within 3 %`, OPTIONS, async (crowded) => {
  const alone = await createWorld({ ...OPTIONS });
  try {
    const [few, many] = [await gasTable(alone, FEW), await gasTable(crowded, MANY)];
    for (const [act, gas] of Object.entries(few)) {
      assert.ok(many[act]! < gas * 1.03, `${act}: ${gas} gas with ${FEW} slots, ${many[act]} with ${MANY}`);
    }
  } finally {
    await alone.evm.close();
  }
});

inWorld('loops that only time lengthens: after two hundred periods without a change a proof costs what it did, and so does the first after all that silence', { providers: 2, epochsPerPeriod: 2 }, async (world) => {
  const [provider] = world.providers;
  const agreement = await openAgreement(world, { ...PAIR, periods: 210 });
  await commitBundle(world, agreement);
  await runEpochs(world, 1, 7, world.providers);
  const at = async (epoch: number) => {
    await goToEpoch(world, epoch);
    await poke(world);
    return (await prove(world, provider!)).gasUsed;
  };
  const [early, first] = [await at(7), await at(400)];
  const settled = await at(403);
  assert.ok(settled < early * 1.25, `${early} gas in period 3, ${settled} in period 201`);
  // Nobody proved for 196 periods: each proof brings the provider's books one of them on, each seed the network's eight.
  assert.ok(first < early + 40_000, `${first} gas for the first proof after the silence`);
});
