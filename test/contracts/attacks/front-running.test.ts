import assert from 'node:assert/strict';
import { maxUint256 } from 'viem';
import { openAgreement, propose, sendOpen } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket, owedTo, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { accountOf } from '../../support/contracts/evm.ts';
import { signExtension } from '../../support/contracts/extensions.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { sendPermitted, signPermit } from '../../support/contracts/life-permit.ts';
import { poke, runEpochs } from '../../support/contracts/proofs.ts';
import { signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, TOKEN } from '../../support/contracts/world.ts';

const FIVE = { providers: 5 };

inWorld('front-running open: offers and a permit seen in the mempool open nothing for anybody else, and opening still works', FIVE, async (world) => {
  const { evm, market, token } = world;
  const runner = await adversary(world, 'front-runner');
  const creator = accountOf('newcomer');
  await evm.send(world.treasury.address, token, 'transfer', [creator.address, 1000n * TOKEN]);
  const proposal = await propose(world, { creator });
  const { terms, offers } = proposal;
  const permit = await signPermit(world, { owner: creator, value: 500n * TOKEN });
  await reverts('NotCreator', () => evm.send(runner.address, market, 'open', [terms, offers, maxUint256]));
  await reverts('BadSignature', () => evm.send(runner.address, market, 'open', [{ ...terms, creator: runner.address }, offers, maxUint256]));
  await evm.send(runner.address, token, 'permit', [creator.address, market.address, 500n * TOKEN, permit.deadline, permit.v, permit.r, permit.s]);
  await sendPermitted(world, creator.address, permit, { to: market, name: 'open', args: [terms, offers, 500n * TOKEN] });
  assert.equal(await evm.read(market, 'agreementCount'), 1);
});

inWorld('front-running extend: the runner pays the whole extension himself; the first payer\'s transaction fails and keeps its tokens', FIVE, async (world) => {
  const { evm, market } = world;
  const [payer, runner] = [await adversary(world, 'payer'), await adversary(world, 'front-runner')];
  const agreement = await openAgreement(world);
  const consents = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: [0, 1, 2, 3] });
  await evm.send(runner.address, market, 'extend', [agreement.id, 3, consents]);
  await reverts('BadTerm', () => evm.send(payer.address, market, 'extend', [agreement.id, 3, consents]));
  const cost = 4n * agreement.rents[0]! * 6n;
  assert.deepEqual([await balanceOf(world, payer.address), await balanceOf(world, runner.address)], [1000n * TOKEN, 1000n * TOKEN - cost]);
  await emptyMarket(world, [agreement]);
});

inWorld('front-running replace: a successor\'s signature puts nobody else into the slot, at no other price and in no other slot', FIVE, async (world) => {
  const { evm, market } = world;
  const runner = await adversary(world, 'front-runner');
  const repairer = accountOf('repairer');
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  await runEpochs(world, 1, 5, world.providers.slice(1, 4));
  await goToEpoch(world, 5);
  const { succession, signature } = await signSuccession(world, agreement, 0, world.providers[4]!, { repairer: repairer.address });
  for (const change of [{ provider: world.providers[1]!.id }, { provider: world.heavies[0]!.id }, { price: succession.price - 1n }, { slot: 1 }]) {
    await assert.rejects(evm.send(runner.address, market, 'replace', [{ ...succession, ...change }, signature]));
  }
  await reverts('BadSignature', () => evm.send(runner.address, market, 'replace', [{ ...succession, repairer: runner.address }, signature]));
  const slash = 10n * agreement.rents[0]!;
  await evm.send(runner.address, market, 'replace', [succession, signature]);
  // Whoever copies the transaction pays its gas; the bounty is the repairer's whom the successor named.
  assert.deepEqual([await owedTo(world, runner.address), await owedTo(world, repairer.address)], [0n, (slash * 25n) / 100n]);
  const [holder] = await evm.read<[number, unknown]>(market, 'slotOf', [agreement.id, 0]);
  assert.equal(holder, world.providers[4]!.id);
  await emptyMarket(world, [agreement], [repairer.address]);
});

inWorld('front-running prove and answer: whoever copies them sends the same proof for the same provider, who is paid', FIVE, async (world) => {
  const runner = await adversary(world, 'front-runner');
  const agreement = await openAgreement(world);
  await goToEpoch(world, 1);
  await poke(world);
  await world.evm.send(runner.address, world.market, 'prove', [world.providers[0]!.id, '0x']);
  await reverts('AlreadyProven', () => world.evm.send(world.providers[0]!.operator.address, world.market, 'prove', [world.providers[0]!.id, '0x']));
  await goToEpoch(world, 2);
  await world.evm.send(runner.address, world.market, 'settle', [world.providers[0]!.id, world.heavies[0]!.id, world.providers[0]!.parent]);
  const rent = agreement.rents[0]!;
  assert.equal(await world.evm.read(world.market, 'owedToNode', [world.providers[0]!.id]), rent - (rent * 150n) / 10_000n);
});

inWorld('front-running with one\'s own offer: an offer for one nonce opens one agreement, whatever the creator opens first', FIVE, async (world) => {
  const proposal = await propose(world);
  await openAgreement(world, { quota: 1 });
  await reverts('WrongNonce', () => sendOpen(world, proposal));
});
