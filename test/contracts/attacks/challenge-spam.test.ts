import assert from 'node:assert/strict';
import { bytesToHex, size, slice, type Hex } from 'viem';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket, owedToNode } from '../../support/contracts/books.ts';
import { commitBundle, leavesOf } from '../../support/contracts/bundles.ts';
import { eventOf, type Receipt } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, prove, runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, TOKEN } from '../../support/contracts/world.ts';

const BOND = TOKEN;
const COUNT = 40;

inWorld('challenge spam: every one of forty challenges makes the provider richer by its bond; its proofs cost what they did', { parameters: { answerEpochs: 12 }, epochsPerPeriod: 30 }, async (world) => {
  const spammer = await adversary(world, 'spammer');
  const victim = world.providers[1]!;
  const agreement = await openAgreement(world, { periods: 2 });
  const { tree } = await commitBundle(world, agreement, { batches: 2 });
  await runEpochs(world, 1, 3, [victim]);
  await goToEpoch(world, 3);
  await poke(world);
  const quiet = (await prove(world, victim)).gasUsed;
  const leaves = leavesOf(agreement.terms);
  const posts: Receipt[] = [];
  for (let leaf = 0; leaf < COUNT; leaf += 1) posts.push(await world.evm.send(spammer.address, world.market, 'challenge', [agreement.id, 1, 0, leaf % 2, leaf]));
  await goToEpoch(world, 4);
  await poke(world);
  const besieged = (await prove(world, victim)).gasUsed;
  // How often draws are made anew differs from epoch to epoch.
  assert.ok(besieged < quiet * 1.25, `${quiet} gas before, ${besieged} under ${COUNT} challenges`);

  const answers: Receipt[] = [];
  for (let leaf = 0; leaf < COUNT; leaf += 1) {
    const proof = tree.sample({ leafIndex: leaf, leaves, slot: 1, slots: 4, batch: leaf % 2, batches: 2 });
    answers.push(await world.evm.send(victim.operator.address, world.market, 'answer', [BigInt(leaf + 1), bytesToHex(proof)]));
  }
  assert.equal(await owedToNode(world, victim.id), BigInt(COUNT) * BOND);
  assert.equal(await balanceOf(world, spammer.address), 1000n * TOKEN - BigInt(COUNT) * BOND);
  // Nothing piles up: the fortieth costs both sides what the second did, and asking is dearer than answering.
  assert.ok(Math.abs(answers.at(-2)!.gasUsed - answers[1]!.gasUsed) < 3_000);
  assert.ok(Math.abs(posts.at(-1)!.gasUsed - posts[1]!.gasUsed) < 3_000);
  assert.ok(answers[1]!.gasUsed < posts[1]!.gasUsed, `${answers[1]!.gasUsed} gas to answer, ${posts[1]!.gasUsed} to ask`);
  await emptyMarket(world, [agreement]);
});

inWorld('a provider that proves and refuses to serve: a challenge forces the leaf on-chain, at the price of the bond', {}, async (world) => {
  const reader = await adversary(world, 'reader');
  const agreement = await openAgreement(world, { periods: 3 });
  const { tree } = await commitBundle(world, agreement);
  await runEpochs(world, 1, 2, world.providers);
  const receipt = await world.evm.send(reader.address, world.market, 'challenge', [agreement.id, 2, 0, 0, 9]);
  const { challenge } = eventOf<{ challenge: bigint }>(receipt, world.market, 'Challenged');
  const sample = bytesToHex(tree.sample({ leafIndex: 9, leaves: leavesOf(agreement.terms), slot: 2, slots: 4, batch: 0, batches: 1 }));
  const answered = await world.evm.send(world.providers[2]!.operator.address, world.market, 'answer', [challenge, sample]);
  const { input } = await world.evm.request<{ input: Hex }>('eth_getTransactionByHash', [answered.logs[0]!.transactionHash]);
  assert.ok(input.includes(slice(sample, 0, 256).slice(2)), 'everybody can read the leaf in the transaction');
  assert.ok(size(input) < 1000);
  assert.equal(await owedToNode(world, world.providers[2]!.id), BOND);
  await emptyMarket(world, [agreement], [reader.address]);
});

inWorld('a provider that proves and refuses to serve: the creator\'s notice takes the slot from it in the next period, without any fault', { providers: 5 }, async (world) => {
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  const [refuser, ...others] = world.providers.slice(0, 4);
  await world.evm.send(world.creator.address, world.market, 'giveNotice', [agreement.id, 0]);
  await runEpochs(world, 1, 7, [refuser!, ...others]);
  const signed = await signSuccession(world, agreement, 0, world.providers[4]!, {});
  const receipt = await replaceSlot(world, world.creator.address, signed);
  assert.equal(eventOf<{ to: number }>(receipt, world.market, 'Replaced').to, world.providers[4]!.id);
  await runEpochs(world, 7, 9, [...others, world.providers[4]!]);
  await emptyMarket(world, [agreement]);
});
