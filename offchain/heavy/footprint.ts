/** The agreements that carry this node's id, followed through the market's events, and who proved lately. */
import { readMarketEvents } from '../chain/logs.ts';
import type { MarketEvent } from '../chain/logs.ts';
import type { HeavyContext } from './context.ts';
import { createTurns } from './turns.ts';

export interface Footprint {
  /** Reads the blocks since the last call. Those near the head are read again the next time: a reorg changes them. */
  follow(): Promise<void>;
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

/** As deep as reorgs go that this node notices by itself. */
const REORG_BLOCKS = 16n;

export function createFootprint(context: Pick<HeavyContext, 'chain' | 'id'>): Footprint {
  const { chain, id } = context;
  const agreements = new Set<number>();
  const forgotten = new Set<number>();
  const providers = new Set<number>();
  const elsewhere = new Map<string, Elsewhere>();
  /** Whose footprint other agreements carry, for their later providers. */
  const heavyOf = new Map<number, number>();
  const proved = new Map<number, number>();
  const notices = new Map<string, NoticedSlot>();
  const challenges = new Map<bigint, OpenChallenge>();
  const settled = new Set<bigint>();
  const first = chain.deployment.fromBlock;
  const inTurn = createTurns();
  let next = first;

  const noteElsewhere = (provider: number, heavy: number | undefined): void => {
    if (heavy !== undefined) elsewhere.set(`${provider}/${heavy}`, { provider, heavy });
  };
  const note = (event: MarketEvent): void => {
    switch (event.eventName) {
      case 'Opened':
        if (event.args.heavy !== id) {
          heavyOf.set(event.args.id, event.args.heavy);
          for (const { provider } of event.args.offers) noteElsewhere(provider, event.args.heavy);
          return;
        }
        if (!forgotten.has(event.args.id)) agreements.add(event.args.id);
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
        if (agreements.has(event.args.id) && !settled.has(challenge)) challenges.set(challenge, { challenge, deadlineEpoch });
        return;
      }
      default:
    }
  };

  return {
    follow: () =>
      inTurn(async () => {
        const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
        if (next > head) return;
        for (const event of await readMarketEvents(chain, { fromBlock: next, toBlock: head })) note(event);
        const again = head - REORG_BLOCKS + 1n;
        next = again > first ? again : first;
      }),
    agreements: () => [...agreements],
    forget(agreement) {
      agreements.delete(agreement);
      forgotten.add(agreement);
    },
    providers: () => [...providers],
    elsewhere: () => [...elsewhere.values()],
    lastProved: (provider) => proved.get(provider),
    notices: () => [...notices.values()].filter(({ agreement }) => agreements.has(agreement)),
    challenges: () => [...challenges.values()],
    forgetChallenge(challenge) {
      challenges.delete(challenge);
      settled.add(challenge);
    },
  };
}
