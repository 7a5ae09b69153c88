/** Everything that the chain said of some agreements and of some nodes, as of one block. */
import type { Address, Hex } from 'viem';
import { periodStart, epochAt } from '../chain/epoch.ts';
import type { Clock } from '../chain/epoch.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import { readRenewal } from '../chain/pot.ts';
import { asOf } from '../chain/as-of.ts';
import type { Chain } from '../chain/types.ts';
import { growthOf } from './calldata.ts';
import { CAUSES } from './facts.ts';
import type { Place, TermFact } from './facts.ts';
import { ProvenEpochs } from './proven.ts';
import { byPlace, readEvents, topic } from './read-events.ts';
import type { ReadEvent } from './read-events.ts';
import { bookOf } from './tenures.ts';
import type { Book } from './tenures.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Blocks looked at since the begin, one call per portion: for a progress bar without an end. */
  readonly onBlocks?: ((done: bigint) => void) | undefined;
}

/** Where and when a statement stands. */
export interface Moment {
  readonly block: bigint;
  /** Of the block's own time: what it has not reached counts as ahead. */
  readonly epoch: number;
  readonly clock: Clock;
}

export interface History {
  readonly moment: Moment;
  readonly terms: readonly TermFact[];
  readonly book: Book;
  readonly proven: ProvenEpochs;
  /** Agreements that are locked: what comes back goes to their pots. */
  readonly locked: ReadonlySet<number>;
}

/** Puts a place on the chain, with its epoch, beside a fact. Blocks are asked once. */
export type PlaceOf = (event: { readonly blockNumber: bigint | null; readonly logIndex: number | null; readonly transactionHash: Hex | null }) => Promise<Place>;

export async function momentOf(chain: Chain): Promise<Moment> {
  const { number, timestamp } = await chain.ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' }));
  return { block: number, epoch: epochAt(chain.clock, Number(timestamp)), clock: chain.clock };
}

export function createPlaces(chain: Chain): PlaceOf {
  const epochs = new Map<bigint, Promise<number>>();
  return async ({ blockNumber, logIndex, transactionHash }) => {
    const block = blockNumber ?? 0n;
    const known = epochs.get(block) ?? chain.ask('a block', (client) => client.getBlock({ blockNumber: block })).then(({ timestamp }) => epochAt(chain.clock, Number(timestamp)));
    epochs.set(block, known);
    return { block, index: logIndex ?? 0, transaction: transactionHash ?? '0x', epoch: await known };
  };
}

/** The agreements in which a provider ever held a slot. */
export async function agreementsOfProvider(chain: Chain, provider: number, moment: Moment, options: ReadOptions): Promise<number[]> {
  const events = await readEvents(chain, { ...market(chain, moment, options), names: ['Opened', 'Replaced'] });
  const found = events.filter((event) => (event.eventName === 'Opened' ? event.args.offers.some((offer) => offer.provider === provider) : event.args.to === provider));
  return [...new Set(found.map(({ args }) => args.id))];
}

export async function agreementsOfCreator(chain: Chain, creator: Address, moment: Moment, options: ReadOptions): Promise<number[]> {
  const events = await readEvents(chain, { ...market(chain, moment, options), names: ['Opened'], second: [topic(creator)] });
  return events.map(({ args }) => args.id);
}

const TERM_EVENTS = ['Opened', 'Grown', 'Extended', 'Closed', 'Vacated', 'Replaced', 'SlotReleased', 'Refunded', 'ToppedUp', 'PotTaken', 'Locked'] as const;
type TermEvent = ReadEvent<typeof marketAbi, (typeof TERM_EVENTS)[number]>;

/** `agreements`: all facts of these, whoever holds or pays them. `proofsOf`: whose proofs are wanted; all holders' where absent. */
export async function readHistory(chain: Chain, agreements: readonly number[], options: ReadOptions & { readonly moment: Moment; readonly proofsOf?: readonly number[] | undefined }): Promise<History> {
  const { moment, signal } = options;
  const place = createPlaces(chain);
  const events = await readEvents(chain, { ...market(chain, moment, options), names: TERM_EVENTS, first: agreements.map(topic) });
  const terms: TermFact[] = [];
  for (const event of events.sort(byPlace)) {
    signal?.throwIfAborted();
    terms.push(await termFact(chain, event, await place(event), terms));
  }
  const book = bookOf(terms, moment.clock.epochsPerPeriod);
  const providers = options.proofsOf ?? [...new Set(book.tenures.map(({ provider }) => provider))];
  const proofs = await readEvents(chain, { ...market(chain, moment, options), names: ['Proved'], first: providers.map(topic) });
  const locked = new Set(terms.filter(({ kind }) => kind === 'locked').map(({ agreement }) => agreement));
  return { moment, terms, book, proven: new ProvenEpochs(proofs.map(({ args }) => args)), locked };
}

function market(chain: Chain, moment: Moment, { signal, onBlocks }: ReadOptions) {
  const { market: address, fromBlock } = chain.deployment;
  return { address, abi: marketAbi, fromBlock, toBlock: moment.block, signal, onBlocks } as const;
}

async function termFact(chain: Chain, event: TermEvent, place: Place, before: readonly TermFact[]): Promise<TermFact> {
  const at = { ...place, agreement: event.args.id };
  switch (event.eventName) {
    case 'Opened': {
      const { creator, heavy, terms: { feeBps, endPeriod, quota }, offers, paid } = event.args;
      return { ...at, kind: 'opened', creator, heavy, feeBps, endPeriod, paid, holders: offers.map(({ provider, price }) => ({ provider, rent: price * BigInt(quota) })) };
    }
    case 'Grown':
      return { ...at, kind: 'grown', added: await growthOf(chain, at), paid: event.args.paid };
    case 'Extended':
      return { ...at, kind: 'extended', endPeriod: event.args.endPeriod, paid: event.args.paid, payer: event.args.payer };
    case 'Closed':
      return { ...at, kind: 'closed', endPeriod: event.args.endPeriod };
    case 'Vacated': {
      const { slot, provider, cause, slashed } = event.args;
      return { ...at, kind: 'vacated', slot: Number(slot), provider, cause: CAUSES[cause]!, slashed };
    }
    case 'Replaced':
      return { ...at, kind: 'replaced', slot: Number(event.args.slot), to: event.args.to, rent: event.args.rent, bounty: event.args.bounty };
    case 'SlotReleased':
      return { ...at, kind: 'released', slot: Number(event.args.slot), provider: event.args.provider };
    case 'Refunded':
      return { ...at, kind: 'refunded', amount: event.args.amount, isLocked: before.some((one) => one.kind === 'locked' && one.agreement === at.agreement) };
    case 'ToppedUp':
      return { ...at, kind: 'toppedUp', from: event.args.from, amount: event.args.amount };
    case 'PotTaken':
      return { ...at, kind: 'potTaken', amount: event.args.amount };
    case 'Locked':
      return { ...at, kind: 'locked' };
  }
}

/** Token units in the agreements' pots, as the contract has them. */
export async function potsOf(chain: Chain, agreements: readonly number[], moment: Moment): Promise<Map<number, bigint>> {
  const then = asOf(chain, moment.block);
  return new Map(await Promise.all(agreements.map(async (id) => [id, (await readRenewal(then, id)).pot] as const)));
}

export function periodOfEpoch(clock: Clock, epoch: number): { readonly period: number; readonly from: number; readonly to: number } {
  const period = Math.floor(epoch / clock.epochsPerPeriod);
  return { period, from: periodStart(clock, period), to: periodStart(clock, period + 1) };
}
