import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managerAbi, marketAbi } from '../../offchain/chain/generated/abi.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { addressOf, startHoldfast, type TestHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
let deployer: Chain;

beforeAll(async () => {
  holdfast = await startHoldfast();
  deployer = await holdfast.as(0);
});

afterAll(async () => {
  await holdfast.stop();
});

describe('a deployment', () => {
  it('lets nobody change parameters, or who may, without a period of delay', async () => {
    const manager = deployer.deployment.manager!;
    const { epochSeconds, epochsPerPeriod } = deployer.clock;
    for (const role of [0n, 1n]) {
      const held = await deployer.read({ address: manager, abi: managerAbi, functionName: 'hasRole', args: [role, addressOf(deployer)] });
      expect(held).toEqual([true, epochSeconds * epochsPerPeriod]);
    }
    const stranger = addressOf(await holdfast.as(5));
    const grant = deployer.send({ address: manager, abi: managerAbi, functionName: 'grantRole', args: [1n, stranger, 0] });
    await expect(grant).rejects.toMatchObject({ errorName: 'AccessManagerNotScheduled' });
    const parameters = await deployer.read({ address: deployer.deployment.market, abi: marketAbi, functionName: 'parameters' });
    const change = deployer.send({ address: deployer.deployment.market, abi: marketAbi, functionName: 'setParameters', args: [parameters] });
    await expect(change).rejects.toMatchObject({ errorName: 'AccessManagerNotScheduled' });
  });
});
