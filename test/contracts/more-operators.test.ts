import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { zeroAddress } from 'viem';
import { openAgreement, propose, sendOpen } from '../support/contracts/agreements.ts';
import { reverts } from '../support/contracts/books.ts';
import { commitBundle, signReceipts } from '../support/contracts/bundles.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TIER, type NodeActor, type World } from '../support/contracts/world.ts';

/*
 * nameOperator: caller not the payout address, key in use, key used before -> reverts; zero takes the name back
 * acceptOperator: caller not named, registered meanwhile -> reverts; then old offers, receipts, successions and acts of the old key fail, the new key's hold,
 *   and the old key can neither register nor come back
 */
describe('changing an operator\'s key', () => {
  let world: World;
  let node: NodeActor;
  const fresh = accountOf('fresh key');
  const name = (operator: `0x${string}`, from = node.payout) => world.evm.send(from, world.registry, 'nameOperator', [node.id, operator]);
  const accept = (from = fresh.address) => world.evm.send(from, world.registry, 'acceptOperator', [node.id]);
  const register = (from: `0x${string}`) => world.evm.send(from, world.registry, 'register', [TIER.standard, 9, 1, node.payout, '']);

  beforeEach(async () => {
    world = await createWorld({ providers: 6, epochsPerPeriod: 10 });
    node = world.providers[0]!;
  });
  afterEach(() => world.evm.close());

  it('belongs to the payout address and to the new key, never to the old one', async () => {
    await reverts('NotPayout', () => name(fresh.address, node.operator.address));
    await reverts('OperatorTaken', () => name(world.providers[1]!.operator.address));
    await reverts('NotNamedOperator', () => accept());
    await reverts('NotNamedOperator', () => accept(zeroAddress));
    await name(fresh.address);
    assert.equal(await world.evm.read(world.registry, 'namedOperatorOf', [node.id]), fresh.address);
    await name(zeroAddress);
    await reverts('NotNamedOperator', () => accept());
    await name(fresh.address);
    await register(fresh.address);
    await reverts('OperatorTaken', () => accept());
    const other = accountOf('other key');
    await name(other.address);
    await accept(other.address);
    assert.equal(await world.evm.read(world.registry, 'operatorOf', [node.id]), other.address);
    assert.equal(await world.evm.read(world.registry, 'idOf', [other.address]), node.id);
    assert.equal(await world.evm.read(world.registry, 'idOf', [node.operator.address]), 0);
    await reverts('NotNamedOperator', () => accept(other.address));
    await reverts('OperatorTaken', () => register(node.operator.address));
    await reverts('OperatorTaken', () => name(node.operator.address));
  });

  it('voids what a stolen key signed before, and what it signs afterwards', async () => {
    const thief = node;
    const stolen = await propose(world);
    await name(fresh.address);
    await accept();
    await reverts('BadSignature', () => sendOpen(world, stolen));
    const renewed = { ...node, operator: fresh };
    const opened = await openAgreement(world, { providers: [renewed, ...world.providers.slice(1, 4)] });
    const root = `0x${'11'.repeat(32)}` as const;
    const receipts = await signReceipts(world, { agreement: opened.id, bundle: 0, root, batches: 1 }, [0, 1, 2, 3]);
    await reverts('BadSignature', () => world.evm.send(world.creator.address, world.market, 'commit', [opened.id, root, 1, 15n, receipts]));
    await reverts('NotOperatorOf', () => world.evm.send(thief.operator.address, world.market, 'surrender', [opened.id, 0]));
    await reverts('NotOperator', () => world.evm.send(thief.operator.address, world.registry, 'queueWithdrawal', [node.id, 1n]));
    await commitBundle(world, opened, { slots: [1, 2, 3] });
    await goToEpoch(world, 5);
    // The old key's consent to take a faulted slot over is void as well.
    const other = await openAgreement(world, { providers: world.providers.slice(2, 6) });
    await goToEpoch(world, 9);
    const late = await signSuccession(world, other, 3, thief);
    await reverts('BadSignature', () => replaceSlot(world, world.treasury.address, late));
    await world.evm.send(fresh.address, world.market, 'surrender', [opened.id, 0]);
  });
});
