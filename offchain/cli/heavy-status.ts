import { HeavyStatus } from '../wire/messages.ts';
import { requestJson } from '../wire/http-client.ts';
import { WorkersReply } from '../wire/jobs.ts';
import { conditionLines } from './condition-lines.ts';
import { ownEndpoint } from './own-node.ts';
import type { Session } from './session.ts';
import { formatAmount } from './units.ts';
import { monthLines } from './worker-report.ts';

export type HeavyReport = HeavyStatus & { readonly workers: WorkersReply };

/** Asks the heavy node at `url`, or the one that this home folder's account operates. */
export async function heavyStatus(session: Session, url: string | undefined): Promise<HeavyReport> {
  const endpoint = (url ?? (await ownEndpoint(session, 'heavy'))).replace(/\/$/, '');
  const [status, workers] = await Promise.all([requestJson(`${endpoint}/status`, { schema: HeavyStatus }), requestJson(`${endpoint}/workers`, { schema: WorkersReply })]);
  return { ...status, workers };
}

export function heavyLines({ id, epoch, mode, children, agreements, repairs, workers, condition, causes, indexer }: HeavyReport): string[] {
  const alive = children.filter((child) => child.alive).length;
  const { months, shareBps, payPerCpuHour, waiting } = workers;
  const here = months.filter(({ isAttached }) => isAttached).length;
  return [
    `Heavy node  ${id} in epoch ${epoch}${mode === 'normal' ? '' : ', the network only repairs'}`,
    ...conditionLines({ condition, causes }, 12),
    `Providers   ${alive} of ${children.length} children answer; ${agreements} agreements carry its footprint`,
    ...repairs.map(({ agreement, slot, from, to, state, error }) => `Repair      slot ${slot} of agreement ${agreement}, from ${from}${to === undefined ? '' : ` to ${to}`}: ${state}${error === undefined ? '' : ` (${error})`}`),
    `Workers     ${here} attached, ${waiting} jobs wait; up to ${shareBps / 100} % of the fees, at most ${formatAmount(payPerCpuHour)} tokens for a CPU-hour`,
    ...monthLines(months),
    ...(indexer === undefined ? [] : [indexerLine(indexer)]),
  ];
}

function indexerLine({ block, behind, events, failure }: NonNullable<HeavyReport['indexer']>): string {
  const where = block === undefined ? 'has not read a block yet' : `has block ${block}${behind === 0 ? '' : `, ${behind} behind the chain`}; ${events} events since the start`;
  return `Index       ${where}${failure === undefined ? '' : `; stands still: ${failure}`}`;
}
