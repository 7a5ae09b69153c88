import { slice, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { signTyped, type Terms } from '../../../offchain/wire/typed-data.ts';
import { eventOf, type Receipt } from './evm.ts';
import { currentEpoch, MILLI, type NodeActor, type World } from './world.ts';

export interface OpenOptions {
  readonly k?: number;
  readonly m?: number;
  readonly quota?: number;
  readonly batchLog2?: number;
  readonly feeBps?: number;
  readonly heavy?: number;
  /** Periods after the current one at whose beginning the agreement ends; 1 = the next boundary. */
  readonly periods?: number;
  /** Token units per batch and epoch, one for all or one per slot. */
  readonly price?: bigint | readonly bigint[];
  /** Slot i goes to providers[i]; by default the world's first n. */
  readonly providers?: readonly NodeActor[];
  readonly creator?: PrivateKeyAccount;
}

export interface SlotOffer {
  readonly provider: number;
  readonly price: bigint;
  readonly expiry: bigint;
  readonly r: Hex;
  readonly vs: Hex;
}

/** Everything that `open` takes, signed by all providers. */
export interface Proposal {
  readonly terms: Terms;
  readonly offers: readonly SlotOffer[];
  readonly providers: readonly NodeActor[];
  readonly creator: PrivateKeyAccount;
}

export interface OpenedAgreement {
  readonly id: number;
  readonly terms: Terms;
  readonly creator: PrivateKeyAccount;
  /** Rent per epoch of each slot, token units. */
  readonly rents: readonly bigint[];
  readonly startEpoch: number;
  readonly endEpoch: number;
  readonly cost: bigint;
  readonly receipt: Receipt;
}

/** A readable default: 2+2 over the first four providers, 10 batches of 64 KiB, a thousandth of a token per batch and epoch, until the next-but-one period. */
export async function propose(world: World, options: OpenOptions = {}): Promise<Proposal> {
  const { k = 2, m = 2, creator = world.creator } = options;
  const providers = options.providers ?? world.providers.slice(0, k + m);
  const terms: Terms = {
    creator: creator.address,
    nonce: await world.evm.read<number>(world.market, 'nonceOf', [creator.address]),
    heavy: options.heavy ?? world.heavies[0]!.id,
    feeBps: options.feeBps ?? 150,
    k,
    m,
    batchLog2: options.batchLog2 ?? 16,
    quota: options.quota ?? 10,
    endPeriod: Math.floor(currentEpoch(world) / world.epochsPerPeriod) + (options.periods ?? 2),
  };
  const expiry = BigInt(world.evm.now() + 86_400);
  const priceOf = (slot: number) => (typeof options.price === 'object' ? options.price[slot]! : (options.price ?? MILLI));
  const offers = await Promise.all(providers.map((provider, slot) => signOffer(world, provider, { terms, price: priceOf(slot), expiry })));
  return { terms, offers, providers, creator };
}

export async function signOffer(world: Pick<World, 'domain'>, provider: NodeActor, offer: { terms: Terms; price: bigint; expiry: bigint }): Promise<SlotOffer> {
  const message = { terms: offer.terms, provider: provider.id, price: offer.price, expiry: Number(offer.expiry) };
  const signature = await signTyped(provider.operator, world.domain, 'Offer', message);
  return { provider: provider.id, price: offer.price, expiry: offer.expiry, r: slice(signature, 0, 32), vs: slice(signature, 32, 64) };
}

export function costOf(world: World, proposal: Proposal, epoch: number): bigint {
  const rate = proposal.offers.reduce((sum, offer) => sum + offer.price * BigInt(proposal.terms.quota), 0n);
  return rate * BigInt(proposal.terms.endPeriod * world.epochsPerPeriod - epoch);
}

/** Proposes and opens in the current epoch. */
export async function openAgreement(world: World, options: OpenOptions = {}): Promise<OpenedAgreement> {
  return sendOpen(world, await propose(world, options));
}

export async function sendOpen(world: World, proposal: Proposal): Promise<OpenedAgreement> {
  const { terms, offers, creator } = proposal;
  const startEpoch = currentEpoch(world);
  const cost = costOf(world, proposal, startEpoch);
  const receipt = await world.evm.send(creator.address, world.market, 'open', [terms, offers, cost]);
  const { id } = eventOf<{ id: number }>(receipt, world.market, 'Opened');
  const rents = offers.map((offer) => offer.price * BigInt(terms.quota));
  return { id, terms, creator, rents, startEpoch, endEpoch: terms.endPeriod * world.epochsPerPeriod, cost, receipt };
}
