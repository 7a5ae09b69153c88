import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { stakeOf, wealthOf } from '../../support/contracts/attack.ts';
import { emptyMarket, owedTo, reverts } from '../../support/contracts/books.ts';
import { accountOf, eventsOf } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { goToEpoch, type World } from '../../support/contracts/world.ts';

const PENALTY = { parameters: { missAllowance: 1, penaltyEpochs: 2 } };
const [first, second] = [accountOf('first reporter'), accountOf('second reporter')];
const report = (world: World, from: ReturnType<typeof accountOf>, ids: readonly number[], period = 0) => world.evm.send(from.address, world.market, 'reportMisses', [ids, period]);

inWorld('reporter races: the later report, and the same provider twice in one list, take nothing a second time', PENALTY, async (world) => {
  const agreement = await openAgreement(world, { periods: 3 });
  const [{ id }] = world.providers as [(typeof world.providers)[0]];
  const before = await stakeOf(world, world.providers[0]!);
  await goToEpoch(world, 6);
  const receipt = await report(world, first, [id, id, id]);
  const penalty = 4n * 2n * agreement.rents[0]!;
  assert.equal(eventsOf(receipt, world.market, 'MissesReported').length, 1);
  const late = await report(world, second, [id]);
  assert.equal(eventsOf(late, world.market, 'MissesReported').length, 0);
  assert.equal(before - (await stakeOf(world, world.providers[0]!)), penalty);
  assert.deepEqual([await owedTo(world, first.address), await owedTo(world, second.address)], [penalty / 10n, 0n]);
  assert.ok(late.gasUsed < receipt.gasUsed / 2, `losing the race costs ${late.gasUsed} gas, winning it ${receipt.gasUsed}`);
  await goToEpoch(world, 12);
  await reverts('CannotReport', () => report(world, second, [id], 0));
  await emptyMarket(world, [agreement], [first.address]);
});

inWorld('reporting oneself: nine tenths of the penalty stay lost', PENALTY, async (world) => {
  const agreement = await openAgreement(world, { periods: 3 });
  const gang = { accounts: [first.address], nodes: [world.providers[0]!] };
  const before = await wealthOf(world, gang);
  await goToEpoch(world, 6);
  await report(world, first, [world.providers[0]!.id]);
  assert.equal((await wealthOf(world, gang)) - before, (-8n * agreement.rents[0]! * 90n) / 100n);
  await emptyMarket(world, [agreement], [first.address]);
});

inWorld('reporting the innocent: nothing is taken from who proved, holds nothing, or does not exist', PENALTY, async (world) => {
  await goToEpoch(world, 6);
  const before = await stakeOf(world, world.providers[0]!);
  const receipt = await report(world, first, [world.providers[0]!.id, world.heavies[0]!.id, 0, 4_000_000_000]);
  assert.equal(receipt.logs.length, 0);
  assert.equal(await owedTo(world, first.address), 0n);
  assert.equal(await stakeOf(world, world.providers[0]!), before);
});
