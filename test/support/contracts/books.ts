import assert from 'node:assert/strict';
import type { Address } from 'viem';
import type { OpenedAgreement } from './agreements.ts';
import { bitmap } from './bundles.ts';
import { Reverted } from './evm.ts';
import { currentEpoch, goToEpoch, type World } from './world.ts';

export async function balanceOf(world: World, account: Address): Promise<bigint> {
  return world.evm.read<bigint>(world.token, 'balanceOf', [account]);
}

export async function owedTo(world: World, account: Address): Promise<bigint> {
  return world.evm.read<bigint>(world.market, 'owedTo', [account]);
}

export async function owedToNode(world: World, id: number): Promise<bigint> {
  return world.evm.read<bigint>(world.market, 'owedToNode', [id]);
}

/** Runs `act` and returns what it changed about `measure`. */
export async function changeOf(measure: () => Promise<bigint>, act: () => Promise<unknown>): Promise<bigint> {
  const before = await measure();
  await act();
  return (await measure()) - before;
}

/** Asserts that the call reverts with this custom error. */
export async function reverts(errorName: string, act: () => Promise<unknown>): Promise<void> {
  await assert.rejects(act, (error: unknown) => error instanceof Reverted && error.errorName === errorName, `expected ${errorName}`);
}

/**
 * Every unit has an owner: ends the agreements, releases every slot, settles every rail, pays everybody out, and finds the market empty.
 * `accounts`: who else than the creators may be owed something. Open challenges must be ended before.
 */
export async function emptyMarket(world: World, agreements: readonly OpenedAgreement[], accounts: readonly Address[] = []): Promise<void> {
  const { evm, market, treasury } = world;
  const send = (functionName: string, args: readonly unknown[]) => evm.send(treasury.address, market, functionName, args);
  const states = await Promise.all(agreements.map(({ id }) => evm.read<{ endPeriod: number }>(market, 'agreementOf', [id])));
  const end = Math.max(...states.map(({ endPeriod }) => endPeriod * world.epochsPerPeriod));
  if ((await currentEpoch(world)) < end) await goToEpoch(world, end);
  const parents = [...world.heavies.map(({ id }) => id)];
  for (const provider of world.providers) for (const heavy of world.heavies) for (const parent of parents) await send('settle', [provider.id, heavy.id, parent]);
  for (const { id, terms } of agreements) {
    for (let slot = 0; slot < terms.k + terms.m; slot += 1) {
      try {
        await send('release', [id, bitmap([slot])]);
      } catch (error) {
        if (!(error instanceof Reverted && error.errorName === 'NoSuchSlot')) throw error;
      }
    }
  }
  for (const { id, creator } of agreements) {
    const pot = await evm.read<bigint>(market, 'potOf', [id]);
    if (pot > 0n) await evm.send(creator.address, market, 'takePot', [id, pot]);
  }
  for (const { id } of [...world.providers, ...world.heavies]) if ((await owedToNode(world, id)) > 0n) await send('withdrawNode', [id]);
  const people = new Set([...agreements.map(({ creator }) => creator.address), ...accounts]);
  for (const account of people) if ((await owedTo(world, account)) > 0n) await evm.send(account, market, 'withdraw');
  assert.equal(await balanceOf(world, market.address), 0n, 'the market still holds tokens');
}
