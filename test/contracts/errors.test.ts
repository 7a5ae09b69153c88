import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatHex, encodeFunctionData, maxUint256, zeroAddress, zeroHash, type Hex } from 'viem';
import { propose, sendOpen } from '../support/contracts/agreements.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { addProvider, errorNamesOf, fillClass, openSmall, PRICE, revertNameOf } from '../support/contracts/check-errors.ts';
import { accountOf, START, type Contract } from '../support/contracts/evm.ts';
import { poke, proofFor, prove } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TIER, type World, type WorldOptions } from '../support/contracts/world.ts';

/** Ends in the call that must revert. */
type Act = (world: World) => Promise<unknown>;
interface Provocation {
  readonly options: WorldOptions;
  readonly act: Act;
}

const SIGNATURE = concatHex([zeroHash, zeroHash]);
const stranger = accountOf('stranger');

const market = (world: World, functionName: string, args: readonly unknown[], from = world.creator.address) => world.evm.send(from, world.market, functionName, args);
const registry = (world: World, functionName: string, args: readonly unknown[], from = stranger.address) => world.evm.send(from, world.registry, functionName, args);
const proveRaw = (world: World, proof: Hex) => market(world, 'prove', [world.providers[0]!.id, proof]);

/** An agreement of all four providers with one bundle, in the epoch after it, seed fixed. */
async function drawn(world: World) {
  const agreement = await openSmall(world);
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  return agreement;
}

/** Nobody has proven for `faultRun` epochs; provider 4 holds nothing and could take over. */
async function faulted(world: World) {
  const agreement = await openSmall(world);
  await goToEpoch(world, 1 + world.parameters.faultRun);
  return { agreement, successor: world.providers[4]! };
}

async function deployMarket(world: World, registryAddress: Hex): Promise<Contract> {
  const libraries = { Endings: (await world.evm.deploy('Endings')).address, Faults: (await world.evm.deploy('Faults')).address };
  return world.evm.deploy('Market', [world.token.address, registryAddress, world.parameters], libraries);
}

const deployRegistry = (world: World, clock: { genesis: number; epochSeconds: number; epochsPerPeriod: number }) =>
  world.evm.deploy('Registry', [world.token.address, world.market.address, clock, 1, 1]);

const deploySale = (world: World, treasury: Hex) => world.evm.deploy('Sale', [world.token.address, 1000n, treasury]);

const FIVE: WorldOptions = { providers: 5 };

const provocations: Readonly<Record<string, Act | Provocation>> = {
  // Market.open
  NotCreator: async (world) => {
    const { terms, offers } = await propose(world, { price: PRICE });
    return market(world, 'open', [terms, offers, maxUint256, '0x'], stranger.address);
  },
  WrongNonce: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    await sendOpen(world, proposal);
    return sendOpen(world, proposal);
  },
  BadScheme: async (world) => {
    const { terms, offers } = await propose(world, { price: PRICE });
    return market(world, 'open', [terms, offers.slice(1), maxUint256, '0x']);
  },
  BadBatchSize: (world) => openSmall(world, { batchLog2: 15 }),
  BadTerm: (world) => openSmall(world, { periods: 0 }),
  FeeTooHigh: (world) => openSmall(world, { feeBps: 201 }),
  NotAHeavyNode: (world) => openSmall(world, { heavy: world.providers[0]!.id }),
  RentOutOfBounds: (world) => openSmall(world, { price: 1n }),
  OfferExpired: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    await goToEpoch(world, 13);
    return sendOpen(world, proposal);
  },
  BadSignature: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    const [first, ...others] = proposal.offers;
    return sendOpen(world, { ...proposal, offers: [{ ...first!, price: first!.price + 1n }, ...others] });
  },
  ProviderTwice: (world) => openSmall(world, { providers: [0, 1, 2, 1].map((i) => world.providers[i]!) }),
  RegionFull: async (world) => {
    const neighbour = await addProvider(world, { label: 'neighbour', region: world.providers[0]!.region });
    return openSmall(world, { k: 3, m: 1, providers: [...world.providers.slice(0, 3), neighbour] });
  },
  CostAboveLimit: async (world) => {
    const { terms, offers } = await propose(world, { price: PRICE });
    return market(world, 'open', [terms, offers, 1n, '0x']);
  },
  PaymentShort: {
    options: { token: 'TollToken' },
    act: async (world) => {
      await world.evm.send(stranger.address, world.token, 'setFee', [1]);
      return openSmall(world);
    },
  },
  SafeERC20FailedOperation: {
    options: { token: 'RefusingToken' },
    act: async (world) => {
      await world.evm.send(stranger.address, world.token, 'setRefuses', [true]);
      return openSmall(world);
    },
  },
  ReentrancyGuardReentrantCall: {
    options: { token: 'CallbackToken' },
    act: async (world) => {
      const withdraw = encodeFunctionData({ abi: world.market.abi, functionName: 'withdraw' });
      await world.evm.send(stranger.address, world.token, 'arm', [world.market.address, withdraw, true]);
      return openSmall(world);
    },
  },
  ClassFull: async (world) => {
    await openSmall(world);
    await fillClass(world, world.providers[0]!);
    return openSmall(world);
  },

  // Market.commit, acknowledge
  EmptyBundle: async (world) => market(world, 'commit', [(await openSmall(world)).id, zeroHash, 0, 15n, '0x']),
  QuotaExceeded: async (world) => market(world, 'commit', [(await openSmall(world)).id, zeroHash, 11, 15n, '0x']),
  TooFewReceipts: async (world) => market(world, 'commit', [(await openSmall(world)).id, zeroHash, 1, 3n, concatHex([SIGNATURE, SIGNATURE])]),
  BadReceipts: async (world) => market(world, 'commit', [(await openSmall(world)).id, zeroHash, 1, 15n, SIGNATURE]),
  NoSuchBundle: async (world) => market(world, 'acknowledge', [(await openSmall(world)).id, 0, 0, SIGNATURE]),
  NoSuchSlot: async (world) => market(world, 'acknowledge', [(await drawn(world)).id, 0, 4, SIGNATURE]),
  AlreadyAcknowledged: async (world) => market(world, 'acknowledge', [(await drawn(world)).id, 0, 0, SIGNATURE]),

  // Market.prove
  SeedUnknown: async (world) => proveRaw(world, '0x'),
  NothingToProve: async (world) => {
    await poke(world);
    return proveRaw(world, '0x');
  },
  AlreadyProven: async (world) => {
    await drawn(world);
    await prove(world, world.providers[0]!);
    return proveRaw(world, '0x');
  },
  ProofTooShort: async (world) => {
    await drawn(world);
    return proveRaw(world, '0x000000');
  },
  WrongBundle: async (world) => {
    await drawn(world);
    return proveRaw(world, '0x00000001');
  },
  InvalidPath: async (world) => {
    await drawn(world);
    const proof = await proofFor(world, world.providers[0]!);
    const last = (Number.parseInt(proof.slice(-2), 16) ^ 1).toString(16).padStart(2, '0');
    return proveRaw(world, `${proof.slice(0, -2)}${last}` as Hex);
  },
  ProofTooLong: async (world) => {
    await drawn(world);
    return proveRaw(world, concatHex([await proofFor(world, world.providers[0]!), '0x00']));
  },
  PruneFirst: async (world) => {
    const { endEpoch } = await openSmall(world, { periods: 1 });
    await goToEpoch(world, endEpoch);
    await poke(world);
    return proveRaw(world, '0x');
  },

  // Market.close, release, withdraw
  AgreementOver: async (world) => market(world, 'close', [(await openSmall(world, { periods: 1 })).id]),
  AgreementRunning: async (world) => market(world, 'release', [(await openSmall(world)).id, 1n]),
  DrawPending: async (world) => {
    const { id, endEpoch } = await openSmall(world, { periods: 1 });
    await goToEpoch(world, endEpoch - 1);
    return market(world, 'release', [id, 1n]);
  },
  NothingOwed: (world) => market(world, 'withdraw', [], stranger.address),

  // Market.reportMisses, replace
  CannotReport: (world) => market(world, 'reportMisses', [[world.providers[0]!.id], 0]),
  SlotNotFaulted: { options: FIVE, act: async (world) => {
    const agreement = await openSmall(world);
    return replaceSlot(world, stranger.address, await signSuccession(world, agreement, 0, world.providers[4]!, { price: PRICE }));
  } },
  PriceAboveSlot: { options: FIVE, act: async (world) => {
    const { agreement, successor } = await faulted(world);
    return replaceSlot(world, stranger.address, await signSuccession(world, agreement, 0, successor, { price: PRICE + 1n }));
  } },
  WrongSuccession: { options: FIVE, act: async (world) => {
    const { agreement, successor } = await faulted(world);
    return replaceSlot(world, stranger.address, await signSuccession(world, agreement, 0, successor, { price: PRICE, turn: 1 }));
  } },

  // Registry
  BadTier: (world) => registry(world, 'register', [0, 1, 0, stranger.address, '']),
  ZeroPayout: (world) => registry(world, 'register', [TIER.heavy, 1, 0, zeroAddress, '']),
  ParentNotHeavy: (world) => registry(world, 'register', [TIER.standard, 1, world.providers[0]!.id, stranger.address, '']),
  OperatorTaken: (world) => registry(world, 'register', [TIER.heavy, 1, 0, stranger.address, ''], world.providers[0]!.operator.address),
  NoSuchNode: (world) => registry(world, 'addStake', [99, 1n]),
  NotAProvider: (world) => registry(world, 'setParent', [world.heavies[0]!.id, world.heavies[1]!.id], world.heavies[0]!.operator.address),
  NotOperator: (world) => registry(world, 'setEndpoint', [world.providers[0]!.id, 'http://elsewhere']),
  NotPayout: (world) => registry(world, 'setPayout', [world.providers[0]!.id, stranger.address], world.providers[0]!.operator.address),
  NotMarket: (world) => registry(world, 'slash', [world.providers[0]!.id, 1n]),
  SafeCastOverflowedUintDowncast: (world) => registry(world, 'addStake', [world.providers[0]!.id, 2n ** 96n]),
  StakeTooLow: async (world) => {
    const { id, operator } = world.providers[0]!;
    const [stake] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]);
    return registry(world, 'queueWithdrawal', [id, stake + 1n], operator.address);
  },
  NothingQueued: (world) => registry(world, 'withdrawStake', [world.providers[0]!.id]),
  WithdrawalNotReady: async (world) => {
    const { id, operator } = world.providers[0]!;
    await registry(world, 'queueWithdrawal', [id, 1n], operator.address);
    return registry(world, 'withdrawStake', [id]);
  },

  // Sale
  NothingPaid: async (world) => world.evm.send(stranger.address, await deploySale(world, world.treasury.address), 'buy'),
  SoldOut: async (world) => world.evm.send(stranger.address, await deploySale(world, world.treasury.address), 'buy', [], 1n),
  NotTreasury: async (world) => world.evm.send(stranger.address, await deploySale(world, world.treasury.address), 'collect'),
  /** The token as treasury takes no coins. */
  FailedCall: async (world) => world.evm.send(world.token.address, await deploySale(world, world.token.address), 'collect'),

  // Deployment
  BadClock: (world) => deployRegistry(world, { genesis: START, epochSeconds: 0, epochsPerPeriod: 84 }),
  WrongRegistry: (world) => deployMarket(world, world.registry.address),
};

/** In the ABI through OpenZeppelin's code, in reach of no call. */
const unreachable: Readonly<Record<string, string>> = {
  InsufficientBalance: 'Address.sendValue throws it when the contract has less than the amount; Sale.collect, its only caller, sends exactly what it has.',
  StringTooLong: 'ShortStrings.toShortString throws it for 32 bytes and more; EIP712 calls it for shorter ones only, and name and version are constants of 8 and 1 bytes.',
  InvalidShortString: 'ShortStrings.byteLength throws it for a length byte above 31; it reads only the immutables that toShortString made of those constants.',
};

const CONTRACTS = ['Market', 'Endings', 'Faults', 'Registry', 'Sale'];

describe('every custom error', () => {
  it('has an action, or a reason why nothing can cause it', async () => {
    const names = await errorNamesOf(CONTRACTS);
    assert.deepEqual([...Object.keys(provocations), ...Object.keys(unreachable)].sort(), [...names].sort());
  });

  for (const [name, provocation] of Object.entries(provocations)) {
    it(name, async () => {
      const { options, act } = typeof provocation === 'function' ? { options: {}, act: provocation } : provocation;
      const world = await createWorld(options);
      try {
        assert.equal(await revertNameOf(act(world)), name);
      } finally {
        await world.evm.close();
      }
    });
  }

  it('that is unreachable rests on constants that hold', async () => {
    const world = await createWorld();
    try {
      const [, name, version] = await world.evm.read<[Hex, string, string]>(world.market, 'eip712Domain');
      assert.deepEqual([name, version], ['Holdfast', '1']);
      assert.ok(name.length < 32 && version.length < 32);
      const sale = await deploySale(world, world.treasury.address);
      await world.evm.send(world.treasury.address, sale, 'collect');
    } finally {
      await world.evm.close();
    }
  });
});
