/** What the entities that stand for one event have to say, told by the event alone. */
import type { Args, LogLine } from './chain-log.ts';

type Expected = Readonly<Record<string, unknown>>;

export interface LineRule {
  readonly of: readonly string[];
  /** Not each entity of the type has such an event. */
  readonly isPartial?: boolean;
  /** The entity's id; transaction and log index where absent. */
  readonly id?: (args: Args) => string;
  readonly is: (args: Args, line: LogLine) => Expected;
}

const CAUSES = ['Fault', 'Notice', 'HandOver', 'Surrender', 'Challenge', 'Unacknowledged'];
const STAKES: Readonly<Record<string, string>> = { StakeAdded: 'Stake', StakeWithdrawn: 'StakeWithdrawn', Slashed: 'Slash' };
const amountOf = (args: Args): unknown => args['amount'] ?? args['tokens'] ?? 0n;

export const LINES: Readonly<Record<string, LineRule>> = {
  Transfer: { of: ['Token.Transfer'], is: ({ from, to, value }) => ({ from, to, amount: value }) },
  Purchase: { of: ['Sale.Bought'], is: ({ buyer, paid, tokens }) => ({ buyer, paid, tokens }) },
  Reward: { of: ['Rewards.Rewarded'], is: ({ id, to, amount }) => ({ provider: id, to, amount }) },
  StakeChange: {
    of: ['Registry.StakeAdded', 'Registry.StakeWithdrawn', 'Registry.Slashed'],
    is: ({ id, from, to, amount }, { event }) => ({ node: id, amount: event === 'StakeAdded' ? amount : -(amount as bigint), kind: STAKES[event], ...(from === undefined && to === undefined ? {} : { party: from ?? to }) }),
  },
  Settlement: {
    of: ['Market.Settled'],
    is: ({ provider, heavy, parent, upTo, earned, fee, parentFee }) => ({ rail: `${provider}-${heavy}-${parent}`, provider, heavy, parent, upTo, earned, fee, parentFee }),
  },
  Extension: { of: ['Market.Extended'], is: ({ id, endPeriod, paid, payer }) => ({ agreement: id, endPeriod, paid, payer }) },
  Fault: {
    of: ['Market.Vacated'],
    is: ({ id, slot, provider, cause, slashed, refund }) => ({ slot: `${id}-${slot}`, agreement: id, provider, cause: CAUSES[Number(cause)], slashed, refund }),
  },
  MissReport: {
    of: ['Market.MissesReported'],
    id: ({ provider, period }) => `${provider}-${period}`,
    is: ({ provider, period, misses, slashed, reporter, reward }) => ({ provider, periodNumber: period, misses, slashed, reporter, reward }),
  },
  Proof: { of: ['Market.Proved'], id: ({ provider, epoch }) => `${provider}-${epoch}`, is: ({ provider, epoch }) => ({ provider, epochNumber: epoch }) },
  Redemption: { of: ['Channels.Redeemed'], is: ({ channel, amount, fee }) => ({ channel, amount, fee }) },
  SponsoredRead: { of: ['Channels.SponsoredRead'], is: ({ pool, payee, servedBytes, amount, fee }) => ({ pool, payee, servedBytes, amount, fee }) },
  EndowmentChange: {
    of: ['Endowment.Endowed', 'Endowment.Invested', 'Endowment.Drawn', 'Endowment.Released', 'Endowment.Reclaimed'],
    is: (args, { event }) => ({ endowment: args['fund'], kind: event, amount: amountOf(args), shares: args['shares'] ?? args['sharesLeft'] ?? 0n, from: args['from'] ?? null, endPeriod: args['endPeriod'] ?? null }),
  },
  CommonsPayment: { of: ['Commons.Paid'], is: ({ id, round, endPeriod, amount }) => ({ pool: `${id}-${round}`, endPeriod, amount }) },
};

const born = (of: string, name: string, field = 'openedAt'): LineRule => ({ of: [of], id: (args) => String(args[name]), is: (_args, { timestamp }) => ({ [field]: timestamp }) });
const endedBy = (of: readonly string[], id: (args: Args) => string, field: string): LineRule => ({ of, isPartial: true, id, is: (_args, { transaction }) => ({ [field]: transaction.hash }) });

/** What the events at the beginning and the end of an entity's life say of it. */
export const LIVES: readonly (readonly [type: string, rule: LineRule])[] = [
  ['Agreement', { of: ['Market.Opened'], id: ({ id }) => String(id), is: (_args, { timestamp, transaction }) => ({ openedAt: timestamp, openedBy: transaction.hash }) }],
  ['Agreement', { of: ['Market.Closed'], isPartial: true, id: ({ id }) => String(id), is: () => ({ isClosed: true }) }],
  ['Channel', born('Channels.Opened', 'channel')],
  ['SponsorPool', born('Channels.Sponsored', 'pool')],
  ['Endowment', born('Endowment.Founded', 'fund', 'foundedAt')],
  ['Bundle', { of: ['Market.Committed'], id: ({ id, bundle }) => `${id}-${bundle}`, is: (_args, { timestamp }) => ({ committedAt: timestamp }) }],
  ['Bundle', endedBy(['Market.Retired'], ({ id, bundle }) => `${id}-${bundle}`, 'retiredBy')],
  ['Challenge', { of: ['Market.Challenged'], id: ({ challenge }) => String(challenge), is: () => ({}) }],
  ['Challenge', endedBy(['Market.Answered', 'Market.ChallengeEnded'], ({ challenge }) => String(challenge), 'endedBy')],
  ['Node', { of: ['Registry.Registered'], id: ({ id }) => String(id), is: (_args, { timestamp }) => ({ registeredAt: timestamp }) }],
  ['Session', { of: ['Market.SessionSet'], id: ({ creator, key }) => `${String(creator)}${String(key).slice(2)}`.toLowerCase(), is: ({ creator, key, expiry }) => ({ creator, key, expiry }) }],
];
