import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket, reverts } from '../../support/contracts/books.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';
import { TOKEN } from '../../support/contracts/world.ts';

/*
 * Creator, providers and heavy node are one person who rents empty space from himself at the highest fee, for the rewards.
 */
const PERIOD = 6;

for (const feeBps of [0, 1, 150, 200]) {
  inWorld(`self-dealing for rewards at a fee of ${feeBps} hundredths of a percent loses a tenth of the fees, and never wins a unit`, { heavies: 1, epochsPerPeriod: PERIOD }, async (world) => {
    const { evm, treasury, market, token } = world;
    const rewards = await evm.deploy('Rewards', [market.address, TOKEN]);
    await evm.send(treasury.address, token, 'transfer', [rewards.address, TOKEN]);
    const gang = { accounts: [world.creator.address], nodes: [...world.providers, ...world.heavies] };
    const before = await wealthOf(world, gang);
    const agreement = await openAgreement(world, { feeBps, price: 10n ** 15n + 7n });
    await runEpochs(world, 1, 2 * PERIOD, world.providers);
    await emptyMarket(world, [agreement]);
    const claim = (id: number) => evm.send(treasury.address, rewards, 'claim', [id]);
    for (const { id } of world.providers) await (feeBps === 0 ? reverts('NothingToClaim', () => claim(id)) : claim(id));
    await reverts('NotAProvider', () => claim(world.heavies[0]!.id));
    await reverts('NotAProvider', () => claim(99));
    const fees = 4n * ((agreement.rents[0]! * BigInt(feeBps)) / 10_000n) * BigInt(2 * PERIOD - 1);
    const change = (await wealthOf(world, gang)) - before;
    assert.ok(change <= -fees / 10n && change >= -fees / 10n - 8n, `${change} of fees ${fees}`);
    assert.equal(TOKEN - (await balanceOf(world, rewards.address)) <= fees / 10n, true);
  });
}
