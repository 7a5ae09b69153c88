import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { maxUint256, zeroAddress, type Address } from 'viem';
import { endowmentAbi } from '../../offchain/chain/generated/abi.ts';
import { openAgreement, type OpenedAgreement, type OpenOptions } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf, type Contract } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * found: agreement not locked, price or amount zero, share above one, vault of another token -> reverts; several funds of one agreement
 * release: no fund, price above the bound, too little proven, twice in a period, principal used up -> reverts; extends by one period
 * reclaim: not the founder, agreement running -> reverts; what is left goes back, shares of the vault too
 * a vault's yield pays too; where it lies, fails, loses or burns gas, the reserve pays, and nobody else's tokens
 * recall: not the founder -> reverts; everything leaves the vault
 * push, pull: called by anybody else -> reverts
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
  const found = async (amount: bigint, change: { vault?: Address; max?: bigint; bps?: number; id?: number; reserve?: number } = {}) => {
    const args = [change.id ?? agreement.id, change.vault ?? zeroAddress, change.max ?? PER_PERIOD, change.bps ?? 9_000, change.reserve ?? 0, amount];
    return eventOf<{ fund: bigint }>(await send('found', args), endowment, 'Founded').fund;
  };
  const lock = (id: number) => world.evm.send(world.creator.address, world.market, 'lock', [id]);
  const openLocked = async (options: OpenOptions) => {
    const opened = await openAgreement(world, options);
    await lock(opened.id);
    return opened;
  };
  const fundOf = (fund: bigint) => world.evm.read<readonly unknown[]>(endowment, 'funds', [fund]);
  const release = async (fund = 1n) => {
    const id = (await fundOf(fund))[0] as number;
    const { endPeriod } = await world.evm.read<{ endPeriod: number }>(world.market, 'agreementOf', [id]);
    return send('release', [fund, await signExtension(world, { agreement: id, newEnd: endPeriod + 1, slots: [0, 1, 2, 3] })], world.treasury.address);
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
    await lock(agreement.id);
  });
  afterEach(() => world.evm.close());

  it('is founded for a locked agreement, within bounds, and nobody can occupy it', async () => {
    const foreign = await world.evm.deploy('Token', [founder.address, 1n]);
    const vault = await world.evm.deploy('Vault', [foreign.address]);
    const open = await openAgreement(world, { price, periods: 3 });
    await reverts('NotLocked', () => found(1n, { id: open.id }));
    await reverts('NotLocked', () => found(1n, { id: 9 }));
    await reverts('ZeroAmount', () => found(0n));
    await reverts('ZeroAmount', () => found(1n, { max: 0n }));
    await reverts('BadShare', () => found(1n, { bps: 10_001 }));
    await reverts('BadVault', () => found(1n, { vault: vault.address }));
    await reverts('NoFund', () => send('endow', [1n, 1n]));
    // A squatter with a fund of his own hinders nobody, and gets nothing of what others give to theirs.
    await world.evm.send(world.treasury.address, world.token, 'approve', [endowment.address, 1n]);
    await send('found', [agreement.id, zeroAddress, 1n, 0, 0, 1n], world.treasury.address);
    assert.equal(await found(1n), 2n);
    assert.equal(await found(1n), 3n);
    await send('endow', [2n, 2n]);
    assert.equal((await fundOf(2n))[7], 3n);
    assert.equal(await balanceOf(world, endowment.address), 5n);
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
    await reverts('NotFounder', () => send('reclaim', [1n], world.treasury.address));
    await reverts('StillRunning', () => send('reclaim', [1n]));
    await goToEpoch(world, 4 * PERIOD);
    assert.equal(await changeOf(() => balanceOf(world, founder.address), () => send('reclaim', [1n])), PER_PERIOD);
    assert.equal(await balanceOf(world, endowment.address), 0n);
    await emptyMarket(world, [agreement]);
  });

  it('never pays above its price, nor what it does not have', async () => {
    await found(PER_PERIOD - 1n, { bps: 0 });
    await goToEpoch(world, PERIOD);
    await reverts('FundShort', () => release());
    await send('endow', [1n, 1n]);
    await release();
    await reverts('NoFund', () => send('release', [7n, '0x']));
    const other = await openLocked({ price: 2n * price, periods: 3 });
    const fund = await found(10n * PER_PERIOD, { id: other.id });
    await reverts('PriceAboveBound', () => release(fund));
  });

  it('cannot be drained by closing and extending in turn: the agreement is locked', async () => {
    await found(3n * PER_PERIOD, { bps: 0 });
    await goToEpoch(world, PERIOD);
    await release();
    await reverts('AgreementLocked', () => world.evm.send(world.creator.address, world.market, 'close', [agreement.id]));
  });

  it('lives on the yield of a vault', async () => {
    const vault = await world.evm.deploy('Vault', [world.token.address]);
    await found(PER_PERIOD, { vault: vault.address, bps: 0 });
    await world.evm.send(founder.address, world.token, 'transfer', [vault.address, 2n * PER_PERIOD]);
    for (const period of [1, 2]) {
      await goToEpoch(world, period * PERIOD);
      await release();
    }
    assert.equal(await endOf(), 5);
    await reverts('NotFounder', () => send('recall', [1n], world.treasury.address));
    const before = (await fundOf(1n))[8] as bigint;
    assert.ok(before > 0n);
    await send('recall', [1n]);
    const [, , , , , , vaultLeft, tokens, shares] = await fundOf(1n);
    assert.deepEqual([vaultLeft, shares], [zeroAddress, 0n]);
    assert.equal(await balanceOf(world, endowment.address), tokens);
  });

  it('gives the shares back when the agreement has ended', async () => {
    const vault = await world.evm.deploy('Vault', [world.token.address]);
    await found(3n * PER_PERIOD, { vault: vault.address, reserve: 2 });
    await goToEpoch(world, 3 * PERIOD);
    await send('reclaim', [1n]);
    assert.equal(await world.evm.read({ address: vault.address, abi: world.token.abi }, 'balanceOf', [founder.address]), PER_PERIOD);
    assert.equal(await balanceOf(world, founder.address), 99n * PER_PERIOD);
  });

  for (const kind of ['LyingVault', 'FailingVault', 'GreedyVault', 'ThirstyVault']) {
    it(`pays out of its reserve, and with nobody else's tokens, when a vault fails: ${kind}`, async () => {
      const vault = await world.evm.deploy(kind, [world.token.address]);
      const rich = await openLocked({ price, periods: 3 });
      await found(5n * PER_PERIOD, { id: rich.id });
      const fund = await found(3n * PER_PERIOD, { vault: vault.address, bps: 0, reserve: 1 });
      await goToEpoch(world, PERIOD);
      await release(fund);
      await goToEpoch(world, 2 * PERIOD);
      if (kind === 'LyingVault') await reverts('FundShort', () => release(fund));
      assert.equal((await fundOf(1n))[7], 5n * PER_PERIOD);
      assert.ok((await balanceOf(world, endowment.address)) >= 5n * PER_PERIOD);
    });
  }

  it('lets nobody else move what is in its vaults', async () => {
    await reverts('NotItself', () => send('push', [zeroAddress, 1n]));
    await reverts('NotItself', () => send('pull', [zeroAddress, 1n]));
  });
});
