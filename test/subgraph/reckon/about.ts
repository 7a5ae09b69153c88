/**
 * Whom each event of the log is about: the table that `Event` has to follow. What an event does not say itself is looked up in the event that began the thing (a channel's payer, an
 * agreement's creator) or asked from the contracts' views. What is not named here is null.
 */
import { challengeOf, rewardOf, slotNamed } from './agreements.ts';
import { id, last, type History, type Line } from './history.ts';
import { rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';

interface Subject {
  readonly agreement?: unknown;
  readonly slot?: unknown;
  readonly node?: unknown;
  readonly otherNode?: unknown;
  readonly account?: unknown;
  readonly subject?: unknown;
  readonly amount?: unknown;
}

type Rule = (line: Line, history: History) => Subject | Promise<Subject>;

const NOTHING: Required<Subject> = { agreement: null, slot: null, node: null, otherNode: null, account: null, subject: null, amount: null };
const NOBODY = `0x${'0'.repeat(40)}`;

/** Number 0 and address 0 mean that there is none. */
const some = (value: unknown): unknown => (value === 0 || value === NOBODY ? null : value);

const node: Rule = ({ args }) => ({ node: args['id'], account: some(args['from'] ?? args['to'] ?? args['payout'] ?? args['operator'] ?? null), amount: args['amount'] ?? null });
const role: Rule = ({ args }) => ({ subject: args['roleId'] ?? null, account: args['account'] ?? args['target'] ?? null });
const operation: Rule = ({ args }, history) => ({ subject: args['nonce'], account: history.of('Manager.OperationScheduled').find((one) => one.args['operationId'] === args['operationId'])?.args['caller'] });
/** An event of an agreement; `rest` says what else it names. */
const agreement = (rest: (line: Line) => Subject = () => ({})): Rule => (line, history) => ({ agreement: id(line, 'id'), account: openedOf(history, id(line, 'id')).args['creator'], ...rest(line) });
const slot = (rest: (line: Line, history: History) => Subject): Rule => (line, history) => ({ agreement: id(line, 'id'), slot: slotNamed(line), account: openedOf(history, id(line, 'id')).args['creator'], ...rest(line, history) });
const bundle: Rule = agreement(({ args }) => ({ subject: args['bundle'] }));
const challenge: Rule = async (line, history) => {
  const number = id(line, 'challenge');
  const { agreement: of, slot: place, provider, challenger, bond } = await challengeOf(history, number);
  const ended = line.event === 'ChallengeEnded';
  return { agreement: of, slot: `${of}-${place}`, node: provider, subject: number, account: ended ? challenger : null, amount: bond + (ended ? await rewardOf(history, number) : 0n) };
};
const channel: Rule = (line, history) => {
  const { payer, payee, heavy } = (history.of('Channels.Opened').find((one) => id(one, 'channel') === id(line, 'channel')) as Line).args;
  return { account: payer, node: payee, otherNode: some(heavy), subject: line.args['channel'], amount: line.args['amount'] ?? line.args['refund'] ?? null };
};
const pool: Rule = (line, history) => {
  const { sponsor, heavy } = (history.of('Channels.Sponsored').find((one) => id(one, 'pool') === id(line, 'pool')) as Line).args;
  return { account: sponsor, node: line.args['payee'] ?? null, otherNode: some(heavy), subject: line.args['pool'], amount: line.args['amount'] ?? line.args['refund'] ?? null };
};
const fund: Rule = (line, history) => {
  const { id: of, founder } = foundedOf(history, line).args;
  return { agreement: of, account: founder, subject: line.args['fund'], amount: line.args['amount'] ?? line.args['tokens'] ?? null };
};
const commons: Rule = ({ args }) => ({ agreement: args['id'], account: args['member'] ?? null, subject: args['round'], amount: args['amount'] });

const RULES: Readonly<Record<string, Rule>> = {
  'Token.Transfer': ({ args }) => ({ account: args['from'], amount: args['value'] }),
  'Token.Approval': ({ args }) => ({ account: args['owner'], amount: args['value'] }),
  'Sale.Bought': ({ args }) => ({ account: args['buyer'], amount: args['tokens'] }),
  'Rewards.Rewarded': node,
  'Registry.Registered': ({ args }) => ({ node: args['id'], otherNode: some(args['parent']), account: args['operator'] }),
  'Registry.ParentChanged': ({ args }) => ({ node: args['id'], otherNode: args['parent'] }),
  'Registry.EndpointChanged': node, 'Registry.PayoutChanged': node, 'Registry.OperatorNamed': node, 'Registry.StakeAdded': node, 'Registry.WithdrawalQueued': node, 'Registry.StakeWithdrawn': node, 'Registry.Slashed': node,
  'Registry.OperatorChanged': ({ args }) => ({ node: args['id'], account: args['to'] }),
  'Manager.OperationScheduled': operation, 'Manager.OperationExecuted': operation, 'Manager.OperationCanceled': operation,
  'Manager.RoleGranted': role, 'Manager.RoleRevoked': role, 'Manager.RoleAdminChanged': role, 'Manager.RoleGuardianChanged': role, 'Manager.RoleGrantDelayChanged': role, 'Manager.RoleLabel': role,
  'Manager.TargetClosed': role, 'Manager.TargetFunctionRoleUpdated': role, 'Manager.TargetAdminDelayUpdated': role,
  'Market.ParametersChanged': () => ({}),
  'Market.AuthorityUpdated': ({ args }) => ({ account: args['authority'] }),
  'Market.Opened': agreement(({ args }) => ({ otherNode: args['heavy'], amount: args['paid'] })),
  'Market.Grown': agreement(({ args }) => ({ amount: args['paid'] })),
  'Market.Extended': agreement(({ args }) => ({ account: args['payer'], amount: args['paid'] })),
  'Market.Closed': agreement(({ args }) => ({ amount: args['refund'] })),
  'Market.Locked': agreement(),
  'Market.ToppedUp': agreement(({ args }) => ({ account: args['from'], amount: args['amount'] })),
  'Market.PotTaken': agreement(({ args }) => ({ amount: args['amount'] })),
  'Market.Refunded': agreement(({ args }) => ({ amount: args['amount'] })),
  'Market.RenewalAuthorised': agreement(({ args }) => ({ amount: args['maxPerPeriod'] })),
  'Market.Committed': bundle, 'Market.Retired': bundle,
  'Market.Acknowledged': slot(({ args }) => ({ subject: args['bundle'] })),
  'Market.Vacated': slot(({ args }) => ({ node: args['provider'], amount: args['slashed'] })),
  // Whoever lost the slot, be it in this transaction or long before.
  'Market.Replaced': slot((line, history) => ({ node: last(history.of('Market.Vacated'), (one) => one.ordinal < line.ordinal && slotNamed(one) === slotNamed(line))?.args['provider'], otherNode: line.args['to'], amount: line.args['bounty'] })),
  'Market.Noticed': slot(({ args }) => ({ node: args['provider'], subject: args['fromPeriod'] })),
  'Market.SlotReleased': slot(({ args }) => ({ node: some(args['provider']), amount: args['refund'] })),
  'Market.Challenged': challenge, 'Market.Answered': challenge, 'Market.ChallengeEnded': challenge,
  'Market.SessionSet': ({ args }) => ({ account: args['creator'] }),
  'Market.SeedFixed': ({ args }) => ({ subject: args['epoch'] }),
  'Market.Proved': async (line, history) => ({ node: line.args['provider'], subject: line.args['epoch'], amount: await history.at(line.block).read(history.contracts.registry, 'rentOf', [Number(id(line, 'provider'))]) }),
  'Market.MissesReported': ({ args }) => ({ node: args['provider'], account: args['reporter'], subject: args['period'], amount: args['slashed'] }),
  'Market.Settled': ({ args }) => ({ node: args['provider'], otherNode: args['heavy'], subject: args['upTo'], amount: args['earned'] }),
  'Market.NodePaid': node,
  'Market.AccountPaid': ({ args }) => ({ account: args['account'], amount: args['amount'] }),
  'Market.FeesBurned': ({ args }) => ({ node: args['heavy'], amount: args['amount'] }),
  'Channels.Opened': channel, 'Channels.ToppedUp': channel, 'Channels.Redeemed': channel, 'Channels.Closing': channel, 'Channels.Closed': channel,
  'Channels.Sponsored': pool, 'Channels.PoolFunded': pool, 'Channels.SponsoredRead': pool, 'Channels.PoolClosing': pool, 'Channels.PoolClosed': pool,
  'Endowment.Founded': fund, 'Endowment.Endowed': fund, 'Endowment.Invested': fund, 'Endowment.Drawn': fund, 'Endowment.Released': fund, 'Endowment.Reclaimed': fund,
  'Commons.Joined': commons, 'Commons.Left': commons, 'Commons.Paid': commons,
};

export async function reckonEvents(history: History): Promise<Reckoned[]> {
  return [{ type: 'Event', rows: await rowsOfEach(history.lines, async (line) => [line.id, await aboutOf(history, line)]) }];
}

async function aboutOf(history: History, line: Line): Promise<Fields> {
  const rule = RULES[line.name];
  if (rule === undefined) throw new Error(`nobody says whom ${line.name} is about (test/subgraph/reckon/about.ts)`);
  return { ...NOTHING, ...(await rule(line, history)) };
}

export function openedOf(history: History, number: string): Line {
  return history.of('Market.Opened').find((line) => id(line, 'id') === number) as Line;
}

export function foundedOf(history: History, { args }: Line): Line {
  return history.of('Endowment.Founded').find((line) => line.args['fund'] === args['fund']) as Line;
}
