/** The agreements that carry this node's id, followed through the market's events, and who proved lately. */
import { BlockTrail } from '../chain/follow-blocks.ts';
import { readMarketEvents } from '../chain/logs.ts';
import type { MarketEvent } from '../chain/logs.ts';
import { Replayed, follow } from '../chain/replayed.ts';
import type { HeavyContext } from './context.ts';
import { createTurns } from './turns.ts';

export interface Footprint {
  /** Reads the blocks since the last call, and takes back what a reorganisation took. */
  follow(): Promise<void>;
  /** How many reorganisations were met: who remembers what it did to the chain looks again when this has grown. */
  reorganisations(): number;
  /** Agreements that may still need something. */
  agreements(): readonly number[];
  /** The agreement is over for good. */
  forget(agreement: number): void;
  /** Every provider that ever held a slot of these agreements. */
  providers(): readonly number[];
  /** Providers of agreements that carry another heavy node's footprint, with that node: their parents share its fee. */
  elsewhere(): readonly Elsewhere[];
  /** The last epoch that the provider proved, as far as events tell. */
  lastProved(provider: number): number | undefined;
  /** Slots whose provider was ever given notice. Whether the notice still stands, the market says. */
  notices(): readonly NoticedSlot[];
  /** Challenges of these agreements that may be open; the market says which of them are. */
  challenges(): readonly OpenChallenge[];
  /** The challenge was answered or ended. */
  forgetChallenge(challenge: bigint): void;
}

export interface Elsewhere {
  readonly provider: number;
  readonly heavy: number;
}

export interface NoticedSlot {
  readonly agreement: number;
  readonly slot: number;
}

export interface OpenChallenge {
  readonly challenge: bigint;
  readonly deadlineEpoch: number;
}

interface State {
  readonly agreements: Set<number>;
  readonly providers: Set<number>;
  readonly elsewhere: Map<string, Elsewhere>;
  /** Whose footprint other agreements carry, for their later providers. */
  readonly heavyOf: Map<number, number>;
  readonly proved: Map<number, number>;
  readonly notices: Map<string, NoticedSlot>;
  readonly challenges: Map<bigint, OpenChallenge>;
}

export function createFootprint(context: Pick<HeavyContext, 'chain' | 'id'>): Footprint {
  const { chain, id } = context;
  const trail = new BlockTrail(chain);
  const state = new Replayed<State, MarketEvent>({ empty, clone, apply: (into, event) => note(into, event, id) });
  const forgotten = new Set<number>();
  const settled = new Set<bigint>();
  const inTurn = createTurns();
  let reorganisations = 0;

  return {
    follow: () =>
      inTurn(async () => {
        if (!(await follow(trail, state, (range) => readMarketEvents(chain, range)))) return;
        reorganisations += 1;
        // What settled them may be gone, and the market says of each whether it is open.
        settled.clear();
      }),
    reorganisations: () => reorganisations,
    agreements: () => [...state.now.agreements].filter((agreement) => !forgotten.has(agreement)),
    forget: (agreement) => void forgotten.add(agreement),
    providers: () => [...state.now.providers],
    elsewhere: () => [...state.now.elsewhere.values()],
    lastProved: (provider) => state.now.proved.get(provider),
    notices: () => [...state.now.notices.values()].filter(({ agreement }) => !forgotten.has(agreement)),
    challenges: () => [...state.now.challenges.values()].filter(({ challenge }) => !settled.has(challenge)),
    forgetChallenge: (challenge) => void settled.add(challenge),
  };
}

function empty(): State {
  return { agreements: new Set(), providers: new Set(), elsewhere: new Map(), heavyOf: new Map(), proved: new Map(), notices: new Map(), challenges: new Map() };
}

function clone({ agreements, providers, elsewhere, heavyOf, proved, notices, challenges }: State): State {
  return { agreements: new Set(agreements), providers: new Set(providers), elsewhere: new Map(elsewhere), heavyOf: new Map(heavyOf), proved: new Map(proved), notices: new Map(notices), challenges: new Map(challenges) };
}

function note(state: State, event: MarketEvent, own: number): void {
  const { agreements, providers, elsewhere, heavyOf, proved, notices, challenges } = state;
  const noteElsewhere = (provider: number, heavy: number | undefined): void => {
    if (heavy !== undefined) elsewhere.set(`${provider}/${heavy}`, { provider, heavy });
  };
  switch (event.eventName) {
    case 'Opened':
      if (event.args.heavy !== own) {
        heavyOf.set(event.args.id, event.args.heavy);
        for (const { provider } of event.args.offers) noteElsewhere(provider, event.args.heavy);
        return;
      }
      agreements.add(event.args.id);
      for (const offer of event.args.offers) providers.add(offer.provider);
      return;
    case 'Replaced':
      if (agreements.has(event.args.id)) providers.add(event.args.to);
      noteElsewhere(event.args.to, heavyOf.get(event.args.id));
      return;
    case 'Proved':
      if ((proved.get(event.args.provider) ?? -1) < event.args.epoch) proved.set(event.args.provider, event.args.epoch);
      return;
    case 'Noticed':
      if (agreements.has(event.args.id)) notices.set(`${event.args.id}/${event.args.slot}`, { agreement: event.args.id, slot: Number(event.args.slot) });
      return;
    case 'Challenged': {
      const { challenge, deadlineEpoch } = event.args;
      if (agreements.has(event.args.id)) challenges.set(challenge, { challenge, deadlineEpoch });
      return;
    }
    default:
  }
}
