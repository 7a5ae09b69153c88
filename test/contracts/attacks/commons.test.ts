import assert from 'node:assert/strict';
import { maxUint256 } from 'viem';
import { propose } from '../../support/contracts/agreements.ts';
import { wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf, changeOf, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { commonsOf, PERIOD, PER_PERIOD } from '../../support/contracts/commons.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';

inWorld('what others pay for cannot be taken from under them: a locked agreement is neither closed, emptied nor made dearer, by no key of its creator', {}, async (world) => {
  const { evm, market, creator } = world;
  const { agreement, member, join } = await commonsOf(world);
  await join(await member('ada'), PER_PERIOD);
  const thief = await member('thief');
  await evm.send(creator.address, market, 'setSession', [thief, 2n ** 40n]);
  const { terms, offers } = await propose(world, { quota: 1, periods: 3 });
  for (const from of [creator.address, thief]) await reverts('AgreementLocked', () => evm.send(from, market, 'retire', [agreement.id, 0]));
  await reverts('AgreementLocked', () => evm.send(creator.address, market, 'close', [agreement.id]));
  await reverts('AgreementLocked', () => evm.send(creator.address, market, 'grow', [agreement.id, terms, offers, maxUint256]));
  // What he commits later cannot be deleted either.
  await commitBundle(world, agreement);
  await reverts('AgreementLocked', () => evm.send(creator.address, market, 'retire', [agreement.id, 1]));
});

inWorld('a creator who pays nothing gains nothing by being paid for: what comes back waits until the end', {}, async (world) => {
  const { agreement, member, join, pay, goToPeriod } = await commonsOf(world);
  await join(await member('ada'), 2n * PER_PERIOD);
  const start = await wealthOf(world, { accounts: [world.creator.address] });
  await runEpochs(world, 0, PERIOD, world.providers.slice(0, 3));
  await goToPeriod(1);
  await pay();
  await world.evm.send(world.providers[3]!.operator.address, world.market, 'surrender', [agreement.id, 3]);
  assert.ok((await world.evm.read<bigint>(world.market, 'potOf', [agreement.id])) > 0n);
  await reverts('AgreementLocked', () => world.evm.send(world.creator.address, world.market, 'takePot', [agreement.id, 1n]));
  assert.equal(await wealthOf(world, { accounts: [world.creator.address] }), start);
});

inWorld('whoever joins and quits around a payment saves his part of it and nothing else', {}, async (world) => {
  const { member, join, quit, pay, goToPeriod, worth, contract } = await commonsOf(world, { epoch: 3 });
  const [ada, eve] = [await member('ada'), await member('eve')];
  await join(ada, 4n * PER_PERIOD);
  await join(eve, 4n * PER_PERIOD);
  // Gone before it is due and back behind it: ada pays alone, from what is hers.
  assert.equal(await changeOf(() => balanceOf(world, eve), () => quit(eve)), 4n * PER_PERIOD);
  await goToPeriod(1);
  await pay();
  assert.equal(await worth(ada), 3n * PER_PERIOD);
  await join(eve, 4n * PER_PERIOD);
  assert.equal(await changeOf(() => balanceOf(world, eve), () => quit(eve)), 4n * PER_PERIOD);
  assert.equal(await changeOf(() => balanceOf(world, ada), () => quit(ada)), 3n * PER_PERIOD);
  assert.equal(await balanceOf(world, contract.address), 0n);
});

inWorld('tokens that were sent and not joined change nobody\'s share: the first member cannot be robbed by rounding', {}, async (world) => {
  const { member, join, quit, worth, contract } = await commonsOf(world);
  const [eve, ada] = [await member('eve'), await member('ada')];
  await join(eve, 1n);
  await world.evm.send(eve, world.token, 'transfer', [contract.address, 10n * PER_PERIOD]);
  await join(ada, PER_PERIOD);
  assert.deepEqual([await worth(eve), await worth(ada)], [1n, PER_PERIOD]);
  assert.equal(await changeOf(() => balanceOf(world, eve), () => quit(eve)), 1n);
  assert.equal(await changeOf(() => balanceOf(world, ada), () => quit(ada)), PER_PERIOD);
});

inWorld('a pool that was paid down to one unit blocks nobody, and the odd unit is all that rounding moves', {}, async (world) => {
  const { member, join, quit, pay, goToPeriod, worth, endPeriod } = await commonsOf(world, { epoch: 3 });
  const [eve, ada] = [await member('eve'), await member('ada')];
  await join(eve, PER_PERIOD + 1n);
  await goToPeriod(1);
  await pay();
  await join(ada, 3n * PER_PERIOD);
  assert.ok((await worth(ada)) >= 3n * PER_PERIOD - 1n);
  await runEpochs(world, PERIOD, 2 * PERIOD, world.providers.slice(0, 4));
  await goToPeriod(2);
  await pay();
  assert.equal(await endPeriod(), 5);
  const back = await changeOf(() => balanceOf(world, ada), () => quit(ada));
  assert.ok(back >= 2n * PER_PERIOD - 1n && back <= 2n * PER_PERIOD + 1n, String(back));
  await quit(eve);
});

inWorld('nobody is charged ahead: a stranger who sends every payment he can extends by no more than the lead', {}, async (world) => {
  const { member, join, pay, goToPeriod, worth, endPeriod } = await commonsOf(world, { epoch: 3, periods: 1 });
  const ada = await member('ada');
  await join(ada, 50n * PER_PERIOD);
  await pay();
  await pay();
  await reverts('NotDue', pay);
  assert.deepEqual([await endPeriod(), await worth(ada)], [3, 48n * PER_PERIOD]);
  await goToPeriod(1);
  await pay();
  await reverts('NotDue', pay);
  assert.equal(await worth(ada), 47n * PER_PERIOD);
});
