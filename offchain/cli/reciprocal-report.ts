import type { Needs } from '../reciprocal/funding.ts';
import type { Statement, StoredObject } from '../reciprocal/statement.ts';
import { formatAmount, formatBytes } from './units.ts';

const STATES = { alone: 'alone: every copy is here', placed: 'in the network', leaving: 'leaving: nothing is renewed, and slots are handed over' } as const;

export function statementLines({ provider, state, gives, takes, money, objects, problems, lookedMs }: Statement): string[] {
  const { earned, unsettled, fees, rewarded, paid, returned, prepaid, slashed, net, stake, wallet } = money;
  return [
    `Node      ${provider === null ? 'not registered yet' : `provider ${provider}`}, ${STATES[state]}${lookedMs === null ? '; `holdfast reciprocal start` never ran here' : `; looked at ${new Date(lookedMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`}`,
    `Gives     ${formatBytes(gives.bytes)}, ${formatBytes(gives.promisedBytes)} of it taken`,
    `Takes     ${formatBytes(takes.bytes)} of at most ${formatBytes(takes.limitBytes)}`,
    `Earned    ${formatAmount(earned + unsettled)} tokens after ${formatAmount(fees)} of fees${rewarded === 0n ? '' : `, and ${formatAmount(rewarded)} of rewards`}`,
    `Paid      ${formatAmount(paid)} tokens; ${formatAmount(returned)} came back, ${formatAmount(prepaid)} are for epochs to come`,
    ...(slashed === 0n ? [] : [`Slashed   ${formatAmount(slashed)} tokens`]),
    `Net       ${formatAmount(net)} tokens; ${formatAmount(stake)} are staked, ${formatAmount(wallet)} in the wallet`,
    ...objects.flatMap(objectLines),
    ...Object.entries(problems).map(([step, sentence]) => `PROBLEM   ${step}: ${sentence}`),
  ];
}

function objectLines({ name, folder, agreement, scheme, bytes, files, copies, copiesElsewhere }: StoredObject): string[] {
  const what = `${name}  (${folder})`;
  if (agreement === null) return ['', what, '  only here so far'];
  return [
    '',
    what,
    `  ${files} files, ${formatBytes(bytes)}, ${scheme} in agreement ${agreement}; complete copies at others: ${copiesElsewhere}`,
    ...copies.map(({ slot, provider, region, isOwn, isFaulted }) => `  slot ${slot}: provider ${provider}, region ${region}${isOwn ? ', this node: counts as no copy' : ''}${isFaulted ? ', FAULTED' : ''}`),
  ];
}

export function needsLines({ stake, float, perPeriod, feePerPeriod }: Needs): string[] {
  return [
    'To give all of it, and take as much:',
    `Stake     ${formatAmount(stake)} tokens, taken out again when the node leaves`,
    `Float     ${formatAmount(float)} tokens of rent paid ahead; they come back as earnings, and as a refund when the node leaves`,
    `Together  ${formatAmount(stake + float)} tokens: buy them (holdfast tokens --buy), borrow them, or have them granted`,
    `A period  ${formatAmount(perPeriod)} tokens are paid and earned; ${formatAmount(feePerPeriod)} of them go to heavy nodes: that is what equal give and take costs`,
  ];
}
