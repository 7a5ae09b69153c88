import type { CreatorStatement } from '../earnings/creator-statement.ts';
import type { HeavyStatement } from '../earnings/heavy-statement.ts';
import type { ProviderStatement } from '../earnings/provider-statement.ts';
import { table } from './output.ts';
import { formatAmount } from './units.ts';

type Row = readonly [string, bigint, string];

function rows(list: readonly Row[]): string[] {
  return table(list.map(([what, units, means]) => [`  ${what}`, formatAmount(units), means]), { right: [1] });
}

export function providerLines(one: ProviderStatement): string[] {
  const { node, payout, epoch, lost, risked } = one;
  return [
    `Provider ${node}, paid to ${payout}, as of epoch ${epoch} (tokens)`,
    ...rows([
      ['earned', one.earned, 'rent of proven epochs after fees'],
      ['  settled', one.settled, ''],
      ['  unsettled', one.unsettled, 'holdfast provider withdraw settles it'],
      ['potential', one.potential, 'what the running agreements still pay, if every epoch is proven'],
      ['other', one.premiums + one.bonds + one.rewards + one.reads, `premiums ${formatAmount(one.premiums)}, bonds ${formatAmount(one.bonds)}, rewards ${formatAmount(one.rewards)}, reads ${formatAmount(one.reads)}`],
      ['paid', one.paid, 'off the market to the payout address'],
      ['owed', one.owed, ''],
      ['stake', one.stake, one.queued === 0n ? '' : `${formatAmount(one.queued)} on their way out`],
      ['locked', one.locked, 'stake that promises bind'],
      ['risked', risked.total, `all slots lost: ${formatAmount(risked.slots)}; misses of this period so far: ${formatAmount(risked.misses)}`],
      ['lost', lost.total, `epochs not proven: ${formatAmount(lost.pay)}; slashed with slots: ${formatAmount(lost.withSlots)}; slashed for misses: ${formatAmount(lost.forMisses)}`],
    ]),
    ...(one.unexplained === 0n ? [] : [`The market owes ${formatAmount(one.unexplained)} tokens more than its events say.`]),
  ];
}

export function creatorLines(one: CreatorStatement): string[] {
  const { side, agreements } = one;
  return [
    `Creator ${one.creator}, as of epoch ${one.epoch} (tokens)`,
    ...rows([
      ['paid', one.paid, `rent, prepaid; ${formatAmount(one.paidFromPot)} more out of pots, ${formatAmount(one.paidByOthers)} by others`],
      ['used', one.used, `rent of proven epochs; ${formatAmount(one.fees)} of it are fees`],
      ['refunded', one.refunded, 'rent that came back'],
      ['compensated', one.compensated, 'out of slashed stakes'],
      ['ahead', one.ahead, 'prepaid for epochs that are not over'],
      ['waiting', one.waiting, 'of epochs that nobody proved: comes back when slots change hands or end'],
      ['pots', one.pot, `for renewals; put in ${formatAmount(one.toppedUp)}, by others ${formatAmount(one.toppedUpByOthers)}`],
      ['withdrawn', one.withdrawn, ''],
      ['owed', one.owed, 'holdfast withdraw pays it'],
    ]),
    ...(one.reports + one.bounties + one.bonds === 0n ? [] : [`  reports ${formatAmount(one.reports)}, bounties ${formatAmount(one.bounties)}, bonds and what challenges won ${formatAmount(one.bonds)}`]),
    ...Object.entries(side).flatMap(([what, { paid, back }]) => (paid === 0n ? [] : [`  ${what}: ${formatAmount(paid)} paid, ${formatAmount(back)} back`])),
    ...(agreements.length === 0 ? [] : ['', ...table([['agreement', 'paid', 'used', 'refunded', 'ahead', 'waiting', 'pot'], ...agreements.map((a) => [String(a.agreement), ...[a.paid, a.used, a.refunded + a.compensated, a.ahead, a.waiting, a.pot].map(formatAmount)])], { right: [0, 1, 2, 3, 4, 5, 6] })]),
  ];
}

export function heavyStatementLines(one: HeavyStatement): string[] {
  return [
    `Heavy node ${one.node}, paid to ${one.payout}, as of epoch ${one.epoch} (tokens)`,
    ...rows([
      ['footprint', one.footprint, 'settled fees of agreements that it matched'],
      ['as parent', one.asParent, "settled fees of its children's agreements that others matched"],
      ['paid', one.paid, ''],
      ['owed', one.owed, 'holdfast heavy fees --withdraw settles and pays'],
      ['burned', one.burned, `${formatAmount(one.toBurn)} more with the next payout`],
      ['bounties', one.bounties, "of the operator's, waiting"],
    ]),
  ];
}
