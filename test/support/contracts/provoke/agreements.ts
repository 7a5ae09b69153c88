import { encodeFunctionData, maxUint256 } from 'viem';
import { costOf, propose, sendOpen } from '../agreements.ts';
import { commitBundle } from '../bundles.ts';
import { addProvider } from '../check-errors.ts';
import { countSlots } from '../crowd.ts';
import { goToEpoch } from '../world.ts';
import { drawn, market, openSmall, PRICE, provider, refusal, stranger, type Provocations } from './provocation.ts';

const KEY = stranger.address;

/** open, close, release, withdraw, setSession */
export const agreements: Provocations = {
  NotCreator: async (world) => {
    const { terms, offers } = await propose(world, { price: PRICE });
    return refusal([KEY, world.creator.address], () => market(world, 'open', [terms, offers, maxUint256], KEY));
  },
  WrongNonce: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    await sendOpen(world, proposal);
    return refusal([0, 1], () => sendOpen(world, proposal));
  },
  BadScheme: async (world) => {
    const { terms, offers } = await propose(world, { price: PRICE });
    return refusal([2n, 2n, 3n], () => market(world, 'open', [terms, offers.slice(1), maxUint256]));
  },
  BadBatchSize: async (world) => refusal([15n, 16n, 28n], () => openSmall(world, { batchLog2: 15 })),
  BadTerm: async (world) => refusal([0, 0, 520], () => openSmall(world, { periods: 0 })),
  FeeTooHigh: async (world) => refusal([201n, 200n], () => openSmall(world, { feeBps: 201 })),
  NotAHeavyNode: async (world) => refusal([provider(world).id], () => openSmall(world, { heavy: provider(world).id })),
  RentOutOfBounds: async (world) => refusal([10n, 2n ** 33n, 2n ** 61n - 1n], () => openSmall(world, { price: 1n })),
  OfferExpired: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    await goToEpoch(world, 13);
    return refusal(() => [provider(world).id, proposal.offers[0]!.expiry, BigInt(world.evm.now())], () => sendOpen(world, proposal));
  },
  /** Signed by provider 1 for provider 0. */
  BadSignature: async (world) => {
    const [wrong, right] = [provider(world, 1), provider(world)];
    const proposal = await propose(world, { price: PRICE, providers: [{ ...right, operator: wrong.operator }, ...world.providers.slice(1)] });
    return refusal([right.id, wrong.operator.address, right.operator.address], () => sendOpen(world, proposal));
  },
  ProviderTwice: async (world) => refusal([provider(world, 1).id], () => openSmall(world, { providers: [0, 1, 2, 1].map((i) => provider(world, i)) })),
  RegionFull: async (world) => {
    const { region } = provider(world);
    const neighbour = await addProvider(world, { label: 'neighbour', region });
    return refusal([region, 1n], () => openSmall(world, { k: 3, m: 1, providers: [...world.providers.slice(0, 3), neighbour] }));
  },
  CostAboveLimit: async (world) => {
    const proposal = await propose(world, { price: PRICE });
    return refusal([costOf(world, proposal, 0), 1n], () => market(world, 'open', [proposal.terms, proposal.offers, 1n]));
  },
  PaymentShort: {
    options: { token: 'TollToken' },
    act: async (world) => {
      await world.evm.send(KEY, world.token, 'setFee', [1]);
      const proposal = await propose(world, { price: PRICE });
      const cost = costOf(world, proposal, 0);
      return refusal([(cost * 99n) / 100n, cost], () => sendOpen(world, proposal));
    },
  },
  SafeERC20FailedOperation: {
    options: { token: 'RefusingToken' },
    act: async (world) => {
      await world.evm.send(KEY, world.token, 'setRefuses', [true]);
      return refusal([world.token.address], () => openSmall(world));
    },
  },
  ReentrancyGuardReentrantCall: {
    options: { token: 'CallbackToken' },
    act: async (world) => {
      const withdraw = encodeFunctionData({ abi: world.market.abi, functionName: 'withdraw' });
      await world.evm.send(KEY, world.token, 'arm', [world.market.address, withdraw, true]);
      return refusal([], () => openSmall(world));
    },
  },
  /** 10^16 units are 2^33 times 2^20.15: the lower class of octave 20. */
  ClassFull: async (world) => {
    await openSmall(world);
    await countSlots(world, provider(world), 0xffff);
    return refusal([40n], () => openSmall(world));
  },
  AgreementOver: async (world) => {
    const { id } = await openSmall(world, { periods: 1 });
    return refusal([id, 1, 0], () => market(world, 'close', [id]));
  },
  AgreementRunning: async (world) => {
    const { id } = await openSmall(world);
    return refusal([id, 2, 0], () => market(world, 'release', [id, 1n]));
  },
  DrawPending: async (world) => {
    const { id, endEpoch } = await openSmall(world, { periods: 1 });
    await goToEpoch(world, endEpoch - 1);
    return refusal([provider(world).id, endEpoch - 1], () => market(world, 'release', [id, 1n]));
  },
  NothingOwed: async (world) => refusal([KEY], () => market(world, 'withdraw', [], KEY)),
  SessionExpired: async (world) => {
    const { id } = await drawn(world);
    const expiry = BigInt(world.evm.now() + 10);
    await market(world, 'setSession', [KEY, expiry]);
    await world.evm.goTo(Number(expiry) + 5);
    return refusal(() => [KEY, expiry, BigInt(world.evm.now())], () => market(world, 'retire', [id, 0], KEY));
  },
  RepairOnly: {
    options: { parameters: { healthBps: 5000, healthEpochs: 2 } },
    act: async (world) => {
      const agreement = await openSmall(world);
      await goToEpoch(world, 3);
      return refusal([0n, 5000n], () => commitBundle(world, agreement));
    },
  },
};
