import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { maxUint256, zeroAddress, type Address } from 'viem';
import { endowmentAbi } from '../../offchain/chain/generated/abi.ts';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, type Contract } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * found: no agreement, twice, price or amount zero, share above one, vault of another token -> reverts
 * release: no fund, price above the bound, too little proven, twice in a period, principal used up -> reverts; extends by one period
 * reclaim: not the founder, agreement running -> reverts; what is left goes back
 * a vault's yield pays too; a vault that lies pays with nobody else's tokens
 */
const PERIOD = 6;
const price = 10n ** 15n;
const PER_PERIOD = 4n * 10n * price * BigInt(PERIOD);
const founder = accountOf('founder');

describe('endowments', () => {
  let world: World;
  let agreement: OpenedAgreement;
  let endowment: Contract;

  const send = (name: string, args: readonly unknown[], from: Address = founder.address) => world.evm.send(from, endowment, name, args);
  const found = (amount: bigint, change: { vault?: Address; max?: bigint; bps?: number; id?: number } = {}) =>
    send('found', [change.id ?? agreement.id, change.vault ?? zeroAddress, change.max ?? PER_PERIOD, change.bps ?? 9_000, amount]);
  const release = async (id = agreement.id) => {
    const { endPeriod } = await world.evm.read<{ endPeriod: number }>(world.market, 'agreementOf', [id]);
    return send('release', [id, await signExtension(world, { agreement: id, newEnd: endPeriod + 1, slots: [0, 1, 2, 3] })], world.treasury.address);
  };
  const endOf = async () => (await world.evm.read<{ endPeriod: number }>(world.market, 'agreementOf', [agreement.id])).endPeriod;

  beforeEach(async () => {
    world = await createWorld({ providers: 4, epochsPerPeriod: PERIOD });
    const { address } = await world.evm.deploy('Endowment', [world.market.address]);
    endowment = { address, abi: endowmentAbi };
    await world.evm.send(world.treasury.address, world.token, 'transfer', [founder.address, 100n * PER_PERIOD]);
    await world.evm.send(founder.address, world.token, 'approve', [address, maxUint256]);
    agreement = await openAgreement(world, { price, periods: 3 });
    await commitBundle(world, agreement);
  });
  afterEach(() => world.evm.close());

  it('is founded once for a running agreement, within bounds', async () => {
    const foreign = await world.evm.deploy('Token', [founder.address, 1n]);
    const vault = await world.evm.deploy('Vault', [foreign.address]);
    await reverts('NoFund', () => found(1n, { id: 9 }));
    await reverts('ZeroAmount', () => found(0n));
    await reverts('ZeroAmount', () => found(1n, { max: 0n }));
    await reverts('BadShare', () => found(1n, { bps: 10_001 }));
    await reverts('BadVault', () => found(1n, { vault: vault.address }));
    await reverts('NoFund', () => send('endow', [agreement.id, 1n]));
    await found(1n);
    await reverts('FundExists', () => found(1n));
    await send('endow', [agreement.id, 2n]);
    assert.equal(await balanceOf(world, endowment.address), 3n);
  });

  it('pays one period after the other, as long as the last one was proven', async () => {
    await found(2n * PER_PERIOD);
    await runEpochs(world, 1, 2 * PERIOD, world.providers);
    await goToEpoch(world, 2 * PERIOD);
    await release();
    assert.equal(await endOf(), 4);
    await reverts('AlreadyPaid', () => release());
    await runEpochs(world, 2 * PERIOD, 3 * PERIOD, world.providers.slice(0, 3));
    await goToEpoch(world, 3 * PERIOD);
    await reverts('ProvenTooLittle', () => release());
    await reverts('NotFounder', () => send('reclaim', [agreement.id], world.treasury.address));
    await reverts('StillRunning', () => send('reclaim', [agreement.id]));
    await goToEpoch(world, 4 * PERIOD);
    assert.equal(await changeOf(() => balanceOf(world, founder.address), () => send('reclaim', [agreement.id])), PER_PERIOD);
    assert.equal(await balanceOf(world, endowment.address), 0n);
    await emptyMarket(world, [agreement]);
  });

  it('never pays above its price, nor what it does not have', async () => {
    await found(PER_PERIOD - 1n, { bps: 0 });
    await goToEpoch(world, PERIOD);
    await assert.rejects(() => release());
    await send('endow', [agreement.id, 1n]);
    await release();
    await reverts('NoFund', () => send('release', [7, '0x']));
    const other = await openAgreement(world, { price: 2n * price, periods: 3 });
    await found(10n * PER_PERIOD, { id: other.id });
    await reverts('PriceAboveBound', () => release(other.id));
  });

  it('lives on the yield of a vault, and pays with nobody else\'s tokens when a vault lies', async () => {
    const vault = await world.evm.deploy('Vault', [world.token.address]);
    const liar = await world.evm.deploy('LyingVault', [world.token.address]);
    await found(PER_PERIOD, { vault: vault.address, bps: 0 });
    await world.evm.send(founder.address, world.token, 'transfer', [vault.address, 2n * PER_PERIOD]);
    const rich = await openAgreement(world, { price, periods: 3 });
    const lied = await openAgreement(world, { price, periods: 3 });
    await found(5n * PER_PERIOD, { id: rich.id });
    await found(PER_PERIOD, { id: lied.id, vault: liar.address, bps: 0 });
    for (const period of [1, 2]) {
      await goToEpoch(world, period * PERIOD);
      await release();
      await reverts('PaymentShort', () => release(lied.id));
    }
    assert.equal(await endOf(), 5);
    assert.equal(await balanceOf(world, endowment.address), 5n * PER_PERIOD);
  });
});
