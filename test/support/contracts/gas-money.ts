import { maxUint256, zeroAddress, zeroHash } from 'viem';
import { channelsAbi, commonsAbi, endowmentAbi, rewardsAbi } from '../../../offchain/chain/generated/abi.ts';
import { openAgreement } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle } from './bundles.ts';
import { accountOf, eventOf, type Contract } from './evm.ts';
import { signExtension } from './extensions.ts';
import { BATCHES_PER_GIB, FULL, Meter, PAIR, SLOTS, withWorld, type GasRow } from './gas-world.ts';
import { runEpochs } from './proofs.ts';
import { currentEpoch, goToEpoch, TOKEN, type World } from './world.ts';

/** Every epoch is proven by a real transaction; agreements end in different periods, so that rates drop on the way. */
export function measureSettle(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const meter = new Meter(world);
    const provider = world.providers[0]!;
    const rail = [provider.id, world.heavies[0]!.id, provider.parent];
    let opened = 0;
    for (const agreements of [1, 100, 1000]) {
      for (; opened < agreements; opened += 1) await openAgreement(world, { ...PAIR, periods: opened === 0 ? 20 : 1 + (opened % 12) });
      await world.evm.send(world.treasury.address, world.market, 'settle', rail);
      for (const epochs of [1, 30, 360]) {
        const from = currentEpoch(world);
        await runEpochs(world, from, from + epochs, [provider]);
        await goToEpoch(world, from + epochs);
        await meter.call('settle', { epochs, agreements }, { name: 'settle', args: rail });
      }
    }
    for (const [act, id] of [['withdraw-node', provider.id], ['withdraw-heavy-node', world.heavies[0]!.id]] as const) await meter.call(act, {}, { name: 'withdrawNode', args: [id] });
    return meter.rows;
  }, 2);
}

/** Vouchers of as many channels, one payer. */
export function measureChannels(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { evm, heavies, providers, registry, token, treasury } = world;
    const meter = new Meter(world);
    const channels = await deployed(world, 'Channels', [token.address, registry.address, 1000n], channelsAbi);
    const reader = accountOf('reader');
    await evm.send(treasury.address, token, 'transfer', [reader.address, 10n ** 6n * TOKEN]);
    await evm.send(reader.address, token, 'approve', [channels.address, maxUint256]);
    const opened: bigint[] = [];
    for (let i = 0; i < 100; i += 1) {
      const receipt = await evm.send(reader.address, channels, 'open', [providers[0]!.id, heavies[0]!.id, zeroAddress, zeroHash, TOKEN]);
      if (i === 1) meter.add('channel-open', {}, receipt);
      opened.push(eventOf<{ channel: bigint }>(receipt, channels, 'Opened').channel);
    }
    const voucher = async (channel: bigint, total: bigint) => ({
      channel,
      total,
      signature: await reader.signTypedData({
        domain: { name: 'Holdfast Channels', version: '1', chainId: evm.chainId, verifyingContract: channels.address },
        types: { Voucher: [{ name: 'channel', type: 'uint256' }, { name: 'total', type: 'uint128' }] },
        primaryType: 'Voucher',
        message: { channel, total },
      }),
    });
    // The first redemption of each channel touches fresh words; the second is the steady state.
    for (const [act, total] of [['redeem-first', 10n ** 15n], ['redeem', 2n * 10n ** 15n]] as const) {
      for (const [vouchers, some] of [[1, opened.slice(0, 1)], [100, opened]] as const) {
        const args = [await Promise.all(some.map((channel) => voucher(channel, total + BigInt(vouchers))))];
        await meter.call(act, { vouchers }, { name: 'redeem', args, to: channels });
      }
    }
    return meter.rows;
  }, 2);
}

export function measureEndowment(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { evm, epochsPerPeriod, token, treasury } = world;
    const meter = new Meter(world);
    const endowment = await deployed(world, 'Endowment', [world.market.address], endowmentAbi);
    const agreement = await openAgreement(world, FULL);
    await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle });
    const perPeriod = agreement.rents.reduce((sum, rent) => sum + rent, 0n) * BigInt(epochsPerPeriod);
    await evm.send(treasury.address, token, 'approve', [endowment.address, maxUint256]);
    await meter.call('lock', {}, { name: 'lock', args: [agreement.id], from: world.creator.address });
    const founded = await meter.call('endowment-found', {}, { to: endowment, name: 'found', args: [agreement.id, zeroAddress, perPeriod, 0, 0, 10n * perPeriod] });
    const { fund } = eventOf<{ fund: bigint }>(founded, endowment, 'Founded');
    await meter.call('endowment-add', {}, { to: endowment, name: 'endow', args: [fund, perPeriod] });
    await goToEpoch(world, epochsPerPeriod);
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
    const consents = await signExtension(world, { agreement: agreement.id, newEnd: FULL.periods! + 1, slots });
    await meter.call('endowment-pay', { slots: SLOTS }, { to: endowment, name: 'release', args: [fund, consents] });
    return meter.rows;
  });
}

export function measureCommons(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { evm, epochsPerPeriod, token, treasury } = world;
    const meter = new Meter(world);
    const commons = await deployed(world, 'Commons', [world.market.address], commonsAbi);
    const agreement = await openAgreement(world, { ...FULL, periods: 2 });
    const perPeriod = agreement.rents.reduce((sum, rent) => sum + rent, 0n) * BigInt(epochsPerPeriod);
    await evm.send(treasury.address, token, 'approve', [commons.address, maxUint256]);
    await evm.send(world.creator.address, world.market, 'lock', [agreement.id]);
    await meter.call('commons-join-first', {}, { to: commons, name: 'join', args: [agreement.id, 9n * perPeriod] });
    const friend = accountOf('member').address;
    await evm.send(treasury.address, token, 'transfer', [friend, perPeriod]);
    await evm.send(friend, token, 'approve', [commons.address, maxUint256]);
    await meter.call('commons-join', {}, { to: commons, name: 'join', args: [agreement.id, perPeriod], from: friend });
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
    const consents = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots });
    await meter.call('commons-pay', { slots: SLOTS }, { to: commons, name: 'pay', args: [agreement.id, consents] });
    await meter.call('commons-quit', {}, { to: commons, name: 'quit', args: [agreement.id, 0], from: friend });
    return meter.rows;
  });
}

export function measureRewards(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { evm, heavies, providers, token, treasury } = world;
    const meter = new Meter(world);
    const rewards = await deployed(world, 'Rewards', [world.market.address, TOKEN], rewardsAbi);
    await evm.send(treasury.address, token, 'transfer', [rewards.address, TOKEN]);
    await openAgreement(world, PAIR);
    for (let i = 0; i < 2; i += 1) {
      const from = currentEpoch(world) + 1;
      await runEpochs(world, from, from + 3, providers);
      await goToEpoch(world, from + 3);
      await evm.send(treasury.address, world.market, 'settle', [providers[0]!.id, heavies[0]!.id, providers[0]!.parent]);
      const receipt = await evm.send(treasury.address, rewards, 'claim', [providers[0]!.id]);
      if (i === 1) meter.add('rewards-claim', {}, receipt);
    }
    return meter.rows;
  }, 2);
}

/** What a node does at the registry. */
export function measureRegistry(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { evm, heavies, registry, token, treasury } = world;
    const meter = new Meter(world);
    const operator = accountOf('newcomer').address;
    await meter.call('register', {}, { to: registry, name: 'register', args: [1, 7, heavies[0]!.id, accountOf('newcomer payout').address, 'http://newcomer'], from: operator });
    const id = await evm.read<number>(registry, 'idOf', [operator]);
    await evm.send(treasury.address, token, 'approve', [registry.address, maxUint256]);
    await meter.call('add-stake', {}, { to: registry, name: 'addStake', args: [id, TOKEN] });
    await meter.call('queue-stake', {}, { to: registry, name: 'queueWithdrawal', args: [id, TOKEN / 2n], from: operator });
    await goToEpoch(world, 10 + world.epochsPerPeriod + 1);
    await meter.call('withdraw-stake', {}, { to: registry, name: 'withdrawStake', args: [id] });
    return meter.rows;
  }, 2);
}

async function deployed(world: World, name: string, args: readonly unknown[], abi: Contract['abi']): Promise<Contract> {
  return { address: (await world.evm.deploy(name, args)).address, abi };
}
