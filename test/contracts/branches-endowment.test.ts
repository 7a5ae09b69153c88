import assert from 'node:assert/strict';
import { maxUint256, zeroAddress, type Address } from 'viem';
import { endowmentAbi } from '../../offchain/chain/generated/abi.ts';
import { openAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, reverts } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, type Contract } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { goToEpoch, type World } from '../support/contracts/world.ts';

const PERIOD = 6;
const price = 10n ** 15n;
const PER_PERIOD = 4n * 10n * price * BigInt(PERIOD);
const founder = accountOf('founder').address;

interface Fund {
  readonly endowment: Contract;
  readonly send: (name: string, args: readonly unknown[], from?: Address) => Promise<unknown>;
  readonly release: () => Promise<unknown>;
  /** Tokens and shares of fund 1. */
  readonly holdings: () => Promise<[bigint, bigint]>;
}

interface Wish {
  readonly amount?: bigint;
  readonly vault?: string;
  readonly bps?: number;
  readonly reserve?: number;
  /** Epoch in which everything begins. */
  readonly epoch?: number;
}

async function founded(world: World, { amount = 3n * PER_PERIOD, vault, bps = 9_000, reserve = 0, epoch = 0 }: Wish = {}): Promise<Fund> {
  await goToEpoch(world, epoch, 600);
  const { address } = await world.evm.deploy('Endowment', [world.market.address]);
  const endowment = { address, abi: endowmentAbi };
  const at = vault === undefined ? zeroAddress : (await world.evm.deploy(vault, [world.token.address])).address;
  await world.evm.send(world.treasury.address, world.token, 'transfer', [founder, 100n * PER_PERIOD]);
  await world.evm.send(founder, world.token, 'approve', [address, maxUint256]);
  const agreement = await openAgreement(world, { price, periods: 3 });
  await commitBundle(world, agreement);
  await world.evm.send(world.creator.address, world.market, 'lock', [agreement.id]);
  const send: Fund['send'] = (name, args, from = founder) => world.evm.send(from, endowment, name, args);
  await send('found', [agreement.id, at, PER_PERIOD, bps, reserve, amount]);
  const release = async () => {
    const { endPeriod } = await world.evm.read<{ endPeriod: number }>(world.market, 'agreementOf', [agreement.id]);
    const slots: number[] = [];
    for (let slot = 0; slot < 4; slot += 1) if ((await world.evm.read<{ rent: bigint }>(world.market, 'vacancyOf', [agreement.id, slot])).rent === 0n) slots.push(slot);
    return send('release', [1n, await signExtension(world, { agreement: agreement.id, newEnd: endPeriod + 1, slots })], world.treasury.address);
  };
  const holdings = async (): Promise<[bigint, bigint]> => {
    const fund = await world.evm.read<readonly bigint[]>(endowment, 'funds', [1n]);
    return [fund.at(-2)!, fund.at(-1)!];
  };
  return { endowment, send, release, holdings };
}

branches('found, endow', {
  'when the reserve is not yet full -> nothing enters the vault': async (world) => {
    const { holdings } = await founded(world, { vault: 'Vault', reserve: 3 });
    assert.deepEqual(await holdings(), [3n * PER_PERIOD, 0n]);
  },
  'when there is more than the reserve -> what is beyond enters the vault': async (world) => {
    const { holdings, send } = await founded(world, { vault: 'Vault', reserve: 2 });
    assert.deepEqual(await holdings(), [2n * PER_PERIOD, PER_PERIOD]);
    await send('endow', [1n, 5n]);
    assert.deepEqual(await holdings(), [2n * PER_PERIOD, PER_PERIOD + 5n]);
  },
  'when nothing is added -> it reverts ZeroAmount': async (world) => {
    const { send } = await founded(world);
    return () => send('endow', [1n, 0n]);
  },
});

branches('release', {
  'when the first period is not over -> it reverts AlreadyPaid': async (world) => (await founded(world)).release,
  'when the agreement began within the last period -> nothing is judged yet': async (world) => {
    const { release, holdings } = await founded(world, { epoch: 3 });
    await goToEpoch(world, PERIOD, 10);
    await release();
    assert.deepEqual(await holdings(), [2n * PER_PERIOD, 0n]);
  },
  'when a whole period went by unproven -> it reverts ProvenTooLittle': async (world) => {
    const { release } = await founded(world);
    await goToEpoch(world, PERIOD, 10);
    return release;
  },
  'when no share is asked for -> it pays all the same': async (world) => {
    const { release, holdings } = await founded(world, { bps: 0 });
    await goToEpoch(world, PERIOD, 10);
    await release();
    assert.deepEqual(await holdings(), [2n * PER_PERIOD, 0n]);
  },
  'when a slot is vacant -> its rent is paid, its epochs count as unproven': async (world) => {
    const { release, holdings } = await founded(world, { bps: 7_000 });
    await runEpochs(world, 0, PERIOD, world.providers.slice(0, 4));
    await goToEpoch(world, PERIOD, 10);
    await world.evm.send(world.providers[3]!.operator.address, world.market, 'surrender', [1, 3]);
    await release();
    assert.deepEqual(await holdings(), [2n * PER_PERIOD, 0n]);
    await runEpochs(world, PERIOD, 2 * PERIOD, world.providers.slice(0, 3));
    await goToEpoch(world, 2 * PERIOD, 10);
    await release();
    assert.deepEqual(await holdings(), [PER_PERIOD, 0n]);
  },
  'when a slot changed hands within the period -> its provider is judged from there': async (world) => {
    const { release } = await founded(world, { bps: 10_000 });
    await runEpochs(world, 0, PERIOD, world.providers.slice(0, 4));
    await goToEpoch(world, PERIOD, 10);
    await release();
    await runEpochs(world, PERIOD, 2 * PERIOD - 1, world.providers.slice(0, 4));
    await goToEpoch(world, 2 * PERIOD, 10);
    await reverts('ProvenTooLittle', release);
  },
  'when the vault has what is due -> its shares go down by what it took': async (world) => {
    const { release, holdings } = await founded(world, { vault: 'Vault', bps: 0 });
    await goToEpoch(world, PERIOD, 10);
    await release();
    assert.deepEqual(await holdings(), [0n, 2n * PER_PERIOD]);
  },
  'when the vault claims more shares than there are -> none are left, and the reserve pays': async (world) => {
    const { release, holdings } = await founded(world, { vault: 'GreedyVault', bps: 0, reserve: 2 });
    await goToEpoch(world, PERIOD, 10);
    await release();
    const [tokens, shares] = await holdings();
    assert.equal(shares, 0n);
    assert.ok(tokens >= PER_PERIOD);
  },
});

branches('recall, reclaim', {
  'when a stranger recalls -> it reverts NotFounder': async (world) => {
    const { send } = await founded(world, { vault: 'Vault' });
    return () => send('recall', [1n], world.treasury.address);
  },
  'when the founder recalls -> everything is outside the vault': async (world) => {
    const { send, holdings } = await founded(world, { vault: 'Vault' });
    await send('recall', [1n]);
    assert.deepEqual(await holdings(), [3n * PER_PERIOD, 0n]);
  },
  'when the agreement runs -> it reverts StillRunning': async (world) => {
    const { send } = await founded(world);
    return () => send('reclaim', [1n]);
  },
  'when it has ended -> tokens and shares go to the founder, and nothing is left': async (world) => {
    const { send, endowment } = await founded(world, { vault: 'Vault', reserve: 1 });
    await goToEpoch(world, 3 * PERIOD);
    const before = await balanceOf(world, founder);
    await send('reclaim', [1n]);
    assert.equal((await balanceOf(world, founder)) - before, PER_PERIOD);
    assert.equal(await balanceOf(world, endowment.address), 0n);
    await send('reclaim', [1n]);
    assert.equal((await balanceOf(world, founder)) - before, PER_PERIOD);
  },
});
