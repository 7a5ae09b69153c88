/** Sums over the log that entities keep: which events, and what of each. */
import type { Args } from './chain-log.ts';
import type { Line } from './reckon/history.ts';

export type Sum = readonly [event: string, value: (args: Args) => bigint];

const of = (name: string) => (args: Args): bigint => BigInt(args[name] as bigint);
const one = (): bigint => 1n;
const ifZero = (name: string, value: string) => (args: Args): bigint => (/^0x0+$/.test(String(args[name])) ? of(value)(args) : 0n);

/** Of the network, and of each epoch where it has the field. */
export const TOTALS: Readonly<Record<string, readonly Sum[]>> = {
  paid: [['Market.Opened', of('paid')], ['Market.Grown', of('paid')], ['Market.Extended', of('paid')]],
  refunded: [['Market.Refunded', of('amount')]],
  earned: [['Market.Settled', of('earned')]],
  fees: [['Market.Settled', (args) => of('fee')(args) + of('parentFee')(args)]],
  feesBurned: [['Market.FeesBurned', of('amount')]],
  rewarded: [['Rewards.Rewarded', of('amount')]],
  readsPaid: [['Channels.Redeemed', of('amount')], ['Channels.SponsoredRead', of('amount')]],
  tokensSold: [['Sale.Bought', of('tokens')]],
  coinsPaid: [['Sale.Bought', of('paid')]],
  tokenBurned: [['Token.Transfer', ifZero('to', 'value')]],
  staked: [['Registry.StakeAdded', of('amount')], ['Registry.StakeWithdrawn', (args) => -of('amount')(args)], ['Registry.Slashed', (args) => -of('amount')(args)]],
  agreements: [['Market.Opened', one]],
  opened: [['Market.Opened', one]],
  proofs: [['Market.Proved', one]],
  penalties: [['Market.MissesReported', of('slashed')]],
  faults: [['Market.Vacated', one]],
  replaced: [['Market.Replaced', one]],
  challenges: [['Market.Challenged', one]],
  openChallenges: [['Market.Challenged', one], ['Market.Answered', () => -1n], ['Market.ChallengeEnded', () => -1n]],
  committedBatches: [['Market.Committed', of('batches')]],
};

interface Owner {
  /** Whose event it is. */
  readonly key: (args: Args, line: Line) => unknown;
  readonly fields: Readonly<Record<string, readonly Sum[]>>;
}

/** Sums that belong to one account, node, fund, channel. */
export const OWNERS: readonly (readonly [type: string, owner: Owner])[] = [
  ['Account', { key: ({ account }) => account, fields: { withdrawn: [['Market.AccountPaid', of('amount')]] } }],
  ['Node', { key: ({ id }) => id, fields: { paid: [['Market.NodePaid', of('amount')]], slashed: [['Registry.Slashed', of('amount')]] } }],
  ['Provider', { key: ({ provider, id }, { name }) => (name === 'Rewards.Rewarded' ? id : provider), fields: { rewarded: [['Rewards.Rewarded', of('amount')]], settled: [['Market.Settled', of('earned')]], penalties: [['Market.MissesReported', of('slashed')]], slashedForSlots: [['Market.Vacated', of('slashed')]], bonds: [['Market.Answered', of('bond')]], proofs: [['Market.Proved', one]] } }],
  ['HeavyNode', { key: ({ heavy }) => heavy, fields: { burned: [['Market.FeesBurned', of('amount')]], fees: [['Market.Settled', of('fee')]], matches: [['Market.Opened', one]] } }],
  ['Rail', { key: ({ provider, heavy, parent }) => `${provider}-${heavy}-${parent}`, fields: { earned: [['Market.Settled', of('earned')]], fees: [['Market.Settled', of('fee')]], parentFees: [['Market.Settled', of('parentFee')]] } }],
  ['Creator', { key: ({ creator }) => creator, fields: { agreementCount: [['Market.Opened', one]], refunded: [['Market.Refunded', of('amount')]] } }],
  ['Agreement', { key: ({ id }) => id, fields: { paid: [['Market.Opened', of('paid')], ['Market.Grown', of('paid')], ['Market.Extended', of('paid')]], refunded: [['Market.Refunded', of('amount')]], releasedSlots: [['Market.SlotReleased', one]] } }],
  ['Channel', { key: ({ channel }) => channel, fields: { deposit: [['Channels.Opened', of('amount')], ['Channels.ToppedUp', of('amount')]], redeemed: [['Channels.Redeemed', of('amount')]], fees: [['Channels.Redeemed', of('fee')]], refund: [['Channels.Closed', of('refund')]] } }],
  ['SponsorPool', { key: ({ pool }) => pool, fields: { deposit: [['Channels.Sponsored', of('amount')], ['Channels.PoolFunded', of('amount')]], paid: [['Channels.SponsoredRead', of('amount')]], fees: [['Channels.SponsoredRead', of('fee')]], refund: [['Channels.PoolClosed', of('refund')]] } }],
  ['PoolPayee', { key: ({ pool, payee }) => `${pool}-${payee}`, fields: { paid: [['Channels.SponsoredRead', of('amount')]] } }],
  ['Endowment', { key: ({ fund }) => fund, fields: { endowed: [['Endowment.Endowed', of('amount')]], invested: [['Endowment.Invested', of('amount')]], drawn: [['Endowment.Drawn', of('amount')]], released: [['Endowment.Released', of('amount')]], reclaimed: [['Endowment.Reclaimed', of('tokens')]] } }],
  ['CommonsPool', { key: ({ id, round }) => `${id}-${round}`, fields: { joined: [['Commons.Joined', of('amount')]], left: [['Commons.Left', of('amount')]], paid: [['Commons.Paid', of('amount')]] } }],
  ['CommonsShare', { key: ({ id, round, member }) => `${id}-${round}-${member}`, fields: { joined: [['Commons.Joined', of('amount')]], left: [['Commons.Left', of('amount')]] } }],
  ['HeavyNode', { key: ({ parent }) => parent, fields: { parentFees: [['Market.Settled', of('parentFee')]] } }],
  ['HeavyNodeEpoch', { key: ({ heavy }, { epoch }) => `${heavy}-${epoch}`, fields: { matches: [['Market.Opened', one]], fees: [['Market.Settled', of('fee')]], burned: [['Market.FeesBurned', of('amount')]] } }],
  ['HeavyNodeEpoch', { key: ({ parent }, { epoch }) => `${parent}-${epoch}`, fields: { parentFees: [['Market.Settled', of('parentFee')]] } }],
  ['CreatorEpoch', { key: ({ creator }, { epoch }) => `${creator}-${epoch}`, fields: { opened: [['Market.Opened', of('paid')]], refunded: [['Market.Refunded', of('amount')]] } }],
];
