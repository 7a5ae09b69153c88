/** Lines of statements: what each event moved or credited, to whom, for which node and agreement. What is not named here moved nothing that anybody has a statement of. */
import { foundedOf, openedOf } from './about.ts';
import { challengeOf, repairerOf, rewardOf } from './agreements.ts';
import { partOf } from './copies.ts';
import { big, id, isSame, type History, type Line } from './history.ts';
import { partiesOf } from './money.ts';
import { premiumOf } from './providers.ts';
import type { Fields, Reckoned } from './reckoned.ts';

interface Payment {
  /** Tells those of one event apart, where it has two. */
  readonly part?: number;
  readonly kind: string;
  readonly amount: unknown;
  readonly account?: unknown;
  readonly node?: unknown;
  readonly agreement?: unknown;
}

type Rule = (line: Line, history: History) => readonly Payment[] | Promise<readonly Payment[]>;

/** For events that name everybody themselves. `amount`, `account`, `node`, `agreement`: names of arguments. */
const plain = (kind: string, { amount = 'amount', ...names }: { readonly amount?: string; readonly account?: string; readonly node?: string; readonly agreement?: string }): Rule => ({ args }) => [
  { kind, amount: args[amount], ...Object.fromEntries(Object.entries(names).map(([field, name]) => [field, args[name]])) },
];
const byCreator = (kind: string, amount: string): Rule => (line, history) => [{ kind, amount: line.args[amount], account: openedOf(history, id(line, 'id')).args['creator'], agreement: id(line, 'id') }];
const byFounder = (kind: string, amount: string, account?: string): Rule => (line, history) => [{ kind, amount: line.args[amount], account: account === undefined ? null : line.args[account], agreement: foundedOf(history, line).args['id'] }];
const deposit = (kind: string, amount: string, who?: string): Rule => (line, history) => {
  const { payer, payee } = (history.of('Channels.Opened').find((one) => id(one, 'channel') === id(line, 'channel')) as Line).args;
  return [{ kind, amount: line.args[amount], account: who === undefined ? payer : line.args[who], node: payee }];
};
const read = (kind: string): Rule => (line, history) => {
  const { payee, heavy } = partiesOf(history, line);
  const fee = big(line, 'fee');
  return [{ kind, amount: big(line, 'amount') - fee, node: payee }, ...(heavy === null || fee === 0n ? [] : [{ part: 1, kind, amount: fee, node: heavy }])];
};

const RULES: Readonly<Record<string, Rule>> = {
  'Sale.Bought': plain('Purchase', { amount: 'tokens', account: 'buyer' }),
  'Rewards.Rewarded': plain('Reward', { account: 'to', node: 'id' }),
  'Registry.StakeAdded': plain('Stake', { account: 'from', node: 'id' }),
  'Registry.StakeWithdrawn': plain('StakeWithdrawn', { account: 'to', node: 'id' }),
  'Registry.Slashed': plain('Slash', { node: 'id' }),
  'Market.Opened': byCreator('Opening', 'paid'),
  'Market.Grown': byCreator('Growth', 'paid'),
  'Market.Extended': ({ args }, { deployment }) => [{ kind: isSame(args['payer'], deployment.market) ? 'Renewal' : 'Extension', amount: args['paid'], account: args['payer'], agreement: args['id'] }],
  'Market.ToppedUp': plain('TopUp', { account: 'from', agreement: 'id' }),
  'Market.PotTaken': byCreator('PotTaken', 'amount'),
  'Market.Refunded': plain('Refund', { account: 'creator', agreement: 'id' }),
  'Market.MissesReported': plain('ReporterShare', { amount: 'reward', account: 'reporter' }),
  'Market.Replaced': replaced,
  'Market.Answered': async (line, history) => [{ kind: 'Bond', amount: line.args['bond'], node: line.args['provider'], agreement: (await challengeOf(history, id(line, 'challenge'))).agreement }],
  'Market.ChallengeEnded': async (line, history) => {
    const { challenger, bond, agreement } = await challengeOf(history, id(line, 'challenge'));
    return [{ kind: 'ChallengeEnd', amount: bond + (await rewardOf(history, id(line, 'challenge'))), account: challenger, agreement }];
  },
  'Market.NodePaid': plain('NodePaid', { account: 'to', node: 'id' }),
  'Market.AccountPaid': plain('AccountPaid', { account: 'account' }),
  'Market.FeesBurned': plain('FeesBurned', { node: 'heavy' }),
  'Channels.Opened': deposit('ChannelDeposit', 'amount'),
  'Channels.ToppedUp': deposit('ChannelDeposit', 'amount', 'from'),
  'Channels.Closed': deposit('ChannelRefund', 'refund'),
  'Channels.Redeemed': read('Read'),
  'Channels.SponsoredRead': read('SponsoredRead'),
  'Channels.Sponsored': plain('PoolDeposit', { account: 'sponsor' }),
  'Channels.PoolFunded': plain('PoolDeposit', { account: 'from' }),
  'Channels.PoolClosed': (line, history) => [{ kind: 'PoolRefund', amount: line.args['refund'], account: (history.of('Channels.Sponsored').find((one) => id(one, 'pool') === id(line, 'pool')) as Line).args['sponsor'] }],
  'Endowment.Endowed': byFounder('Endowed', 'amount', 'from'),
  'Endowment.Released': byFounder('EndowmentRelease', 'amount'),
  'Endowment.Reclaimed': byFounder('EndowmentReclaimed', 'tokens', 'founder'),
  'Commons.Joined': plain('CommonsJoined', { account: 'member', agreement: 'id' }),
  'Commons.Left': plain('CommonsLeft', { account: 'member', agreement: 'id' }),
  'Commons.Paid': plain('CommonsPaid', { agreement: 'id' }),
};

export async function reckonPayments(history: History): Promise<Reckoned[]> {
  const rows = new Map<string, Fields>();
  for (const line of history.lines) {
    for (const { part = 0, kind, amount, account = null, node = null, agreement = null } of (await RULES[line.name]?.(line, history)) ?? []) rows.set(partOf(line, part), { kind, amount, account, node, agreement });
  }
  return [{ type: 'Payment', rows }];
}

/** The successor's premium, and the repairer's bounty, where there is any. */
async function replaced(line: Line, history: History): Promise<Payment[]> {
  const premium = await premiumOf(history, line);
  const bounty = big(line, 'bounty');
  const agreement = id(line, 'id');
  const repairer = repairerOf(line, history.deployment.market);
  return [
    ...(premium > 0n ? [{ kind: 'Premium', amount: premium, node: id(line, 'to'), agreement }] : []),
    ...(bounty > 0n && repairer !== null ? [{ part: 1, kind: 'Bounty', amount: bounty, account: repairer, agreement }] : []),
  ];
}
