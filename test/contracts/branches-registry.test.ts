import assert from 'node:assert/strict';
import { zeroAddress } from 'viem';
import { openAgreement } from '../support/contracts/agreements.ts';
import { stakeOf } from '../support/contracts/attack.ts';
import { balanceOf, changeOf } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { revertOf } from '../support/contracts/check-errors.ts';
import { accountOf, START } from '../support/contracts/evm.ts';
import { currentEpoch, goToEpoch, TIER, type World } from '../support/contracts/world.ts';

const stranger = accountOf('stranger').address;
const act = (world: World, name: string, args: readonly unknown[], from = stranger) => () => world.evm.send(from, world.registry, name, args);
const first = (world: World) => world.providers[0]!;

branches('register', {
  'when the tier is none -> it reverts BadTier': async (world) => act(world, 'register', [0, 1, 0, stranger, '']),
  'when nobody would be paid -> it reverts ZeroPayout': async (world) => act(world, 'register', [TIER.heavy, 1, 0, zeroAddress, '']),
  'when the operator has a node -> it reverts OperatorTaken': async (world) => act(world, 'register', [TIER.heavy, 1, 0, stranger, ''], first(world).operator.address),
  'when a provider\'s parent is a provider -> it reverts ParentNotHeavy': async (world) => act(world, 'register', [TIER.edge, 1, first(world).id, stranger, '']),
  'when a provider has no parent -> it reverts ParentNotHeavy': async (world) => act(world, 'register', [TIER.archival, 1, 0, stranger, '']),
  'when a heavy node names a parent -> it has none': async (world) => {
    await act(world, 'register', [TIER.heavy, 3, world.heavies[0]!.id, stranger, 'http://heavy'])();
    const id = await world.evm.read<number>(world.registry, 'idOf', [stranger]);
    assert.equal(await world.evm.read(world.registry, 'parentOf', [id]), 0);
  },
});

branches('setEndpoint, setParent, setPayout', {
  'when a stranger sets the endpoint -> it reverts NotOperator': async (world) => act(world, 'setEndpoint', [first(world).id, 'x']),
  'when the operator sets it -> it is set': async (world) => {
    await act(world, 'setEndpoint', [first(world).id, 'http://new'], first(world).operator.address)();
    assert.equal(await world.evm.read(world.registry, 'endpointOf', [first(world).id]), 'http://new');
  },
  'when a stranger sets the parent -> it reverts NotOperator': async (world) => act(world, 'setParent', [first(world).id, world.heavies[1]!.id]),
  'when a heavy node sets its parent -> it reverts NotAProvider': async (world) => act(world, 'setParent', [world.heavies[0]!.id, world.heavies[1]!.id], world.heavies[0]!.operator.address),
  'when the parent is a provider -> it reverts ParentNotHeavy': async (world) => act(world, 'setParent', [first(world).id, world.providers[1]!.id], first(world).operator.address),
  'when the parent is heavy -> it is set': async (world) => {
    await act(world, 'setParent', [first(world).id, world.heavies[1]!.id], first(world).operator.address)();
    assert.equal(await world.evm.read(world.registry, 'parentOf', [first(world).id]), world.heavies[1]!.id);
  },
  'when the operator moves the payout -> it reverts NotPayout': async (world) => act(world, 'setPayout', [first(world).id, stranger], first(world).operator.address),
  'when the payout moves to nobody -> it reverts ZeroPayout': async (world) => act(world, 'setPayout', [first(world).id, zeroAddress], first(world).payout),
});

branches('nameOperator, acceptOperator', {
  'when the operator names a successor -> it reverts NotPayout': async (world) => act(world, 'nameOperator', [first(world).id, stranger], first(world).operator.address),
  'when the named key has a node -> it reverts OperatorTaken': async (world) => act(world, 'nameOperator', [first(world).id, world.providers[1]!.operator.address], first(world).payout),
  'when nobody was named -> it reverts NotNamedOperator': async (world) => act(world, 'acceptOperator', [first(world).id]),
  'when the name was taken back -> it reverts NotNamedOperator': async (world) => {
    await act(world, 'nameOperator', [first(world).id, stranger], first(world).payout)();
    await act(world, 'nameOperator', [first(world).id, zeroAddress], first(world).payout)();
    return act(world, 'acceptOperator', [first(world).id]);
  },
  'when the named key took another node meanwhile -> it reverts OperatorTaken': async (world) => {
    await act(world, 'nameOperator', [first(world).id, stranger], first(world).payout)();
    await act(world, 'register', [TIER.heavy, 1, 0, stranger, ''])();
    return act(world, 'acceptOperator', [first(world).id]);
  },
  'when the named key accepts -> it operates the node': async (world) => {
    await act(world, 'nameOperator', [first(world).id, stranger], first(world).payout)();
    await act(world, 'acceptOperator', [first(world).id])();
    assert.equal(await world.evm.read(world.registry, 'operatorOf', [first(world).id]), stranger);
  },
});

branches('addStake, queueWithdrawal, withdrawStake', {
  'when the node does not exist -> it reverts NoSuchNode': async (world) => act(world, 'addStake', [99, 1n]),
  'when the amount does not fit -> it reverts SafeCastOverflowedUintDowncast': async (world) => act(world, 'addStake', [first(world).id, 2n ** 96n]),
  'when the sender has no tokens -> it reverts ERC20InsufficientAllowance': async (world) => act(world, 'addStake', [first(world).id, 1n]),
  'when a stranger queues -> it reverts NotOperator': async (world) => act(world, 'queueWithdrawal', [first(world).id, 1n]),
  'when promised stake is queued -> it reverts StakeTooLow': async (world) => {
    await openAgreement(world);
    return act(world, 'queueWithdrawal', [first(world).id, await stakeOf(world, first(world))], first(world).operator.address);
  },
  'when nothing is queued -> it reverts NothingQueued': async (world) => act(world, 'withdrawStake', [first(world).id]),
  'when the delay has not passed -> it reverts WithdrawalNotReady': async (world) => {
    await act(world, 'queueWithdrawal', [first(world).id, 5n], first(world).operator.address)();
    await goToEpoch(world, 5);
    return act(world, 'withdrawStake', [first(world).id]);
  },
  'when more is queued -> the delay begins anew for all of it, and all of it is paid': async (world) => {
    const { id, operator, payout } = first(world);
    await act(world, 'queueWithdrawal', [id, 5n], operator.address)();
    await goToEpoch(world, 3);
    await act(world, 'queueWithdrawal', [id, 6n], operator.address)();
    const [, queued, ready] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]);
    assert.deepEqual([queued, ready], [11n, 9]);
    await goToEpoch(world, 9);
    assert.equal(await changeOf(() => balanceOf(world, payout), act(world, 'withdrawStake', [id])), 11n);
  },
  'when slashing made the rest too small meanwhile -> it reverts StakeTooLow': async (world) => {
    const { id, operator } = first(world);
    const agreement = await openAgreement(world, { periods: 4 });
    const stake = await stakeOf(world, first(world));
    await act(world, 'queueWithdrawal', [id, stake - 20n * agreement.rents[0]!], operator.address)();
    await goToEpoch(world, 6);
    await world.evm.send(stranger, world.market, 'reportMisses', [[id], 0]);
    return act(world, 'withdrawStake', [id]);
  },
});

branches('engage, disengage, reschedule, slash, rollDuty', {
  'when a stranger engages -> it reverts NotMarket': async (world) => act(world, 'engage', [[], 1]),
  'when the market engages nobody -> it reverts NotAProvider': async (world) => act(world, 'engage', [[999n << 96n | 1n], 1], world.market.address),
  'when a stranger disengages -> it reverts NotMarket': async (world) => act(world, 'disengage', [1, 1n, 1]),
  'when a stranger reschedules -> it reverts NotMarket': async (world) => act(world, 'reschedule', [1, 1n, 1, 2]),
  'when a stranger slashes -> it reverts NotMarket': async (world) => act(world, 'slash', [1, 1n]),
  'when a stranger rolls -> it reverts NotMarket': async (world) => act(world, 'rollDuty', [1]),
  'when more is slashed than there is -> queued stake goes too, and nothing more': async (world) => {
    const { id, operator } = first(world);
    const stake = await stakeOf(world, first(world));
    await act(world, 'queueWithdrawal', [id, 7n], operator.address)();
    await act(world, 'slash', [id, stake - 3n], world.market.address)();
    const [left, queued] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]);
    assert.deepEqual([left, queued], [3n, 3n]);
    await act(world, 'slash', [id, 2n ** 100n], world.market.address)();
    assert.equal(await stakeOf(world, first(world)), 0n);
  },
});

branches('dutyOf', {
  'when promises ended -> nothing is required any more, without a transaction': async (world) => {
    const { endEpoch } = await openAgreement(world);
    assert.ok((await world.evm.read<bigint>(world.registry, 'requiredStake', [first(world).id])) > 0n);
    await goToEpoch(world, endEpoch);
    assert.equal(await world.evm.read(world.registry, 'requiredStake', [first(world).id]), 0n);
    assert.equal(await world.evm.read(world.registry, 'rentOf', [first(world).id]), 0n);
    assert.equal(currentEpoch(world), endEpoch);
  },
});

const deploying = (clock: { genesis?: number; epochSeconds?: number; epochsPerPeriod?: number }) => async (world: World) => {
  const { errorName } = await revertOf(() => world.evm.deploy('Registry', [world.token.address, world.market.address, { genesis: START, epochSeconds: 10, epochsPerPeriod: 10, ...clock }, 1, 1]));
  assert.equal(errorName, 'BadClock');
};

branches('deployment', {
  'when an epoch has no seconds -> BadClock': deploying({ epochSeconds: 0 }),
  'when a period has no epochs -> BadClock': deploying({ epochsPerPeriod: 0 }),
  'when time has not begun -> BadClock': deploying({ genesis: START + 1_000_000 }),
});
