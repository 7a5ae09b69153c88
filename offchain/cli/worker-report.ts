/** Workers' months as people read them. */
import type { WorkerMonth } from '../wire/jobs.ts';
import { formatAmount } from './units.ts';

/** One line for each month of each worker. */
export function monthLines(months: readonly WorkerMonth[]): string[] {
  return months.map((one) => {
    const { month, worker, cores, percent, promisedSeconds, deliveredSeconds, missedSeconds, jobs, wrong, expired, factor, nextFactor } = one;
    const faults = wrong + expired === 0 ? '' : `, ${wrong} wrong, ${expired} late`;
    const given = `${seconds(deliveredSeconds)} given in ${jobs} jobs${faults}, ${seconds(missedSeconds)} missed of what was on offer`;
    return `Month ${month}  ${worker}  ${cores} x ${percent} %: ${seconds(promisedSeconds)} promised, ${given}; pay x ${factor.toFixed(2)}, next month x ${nextFactor.toFixed(2)}; ${payText(one)}`;
  });
}

function payText({ state, owed, txHash }: WorkerMonth): string {
  if (state === 'open') return 'not over yet';
  if (state === 'paid') return owed === 0n ? 'nothing is due' : `${formatAmount(owed)} tokens paid${txHash === undefined ? '' : ` (${txHash})`}`;
  return `${formatAmount(owed)} tokens owed`;
}

/** CPU-seconds. */
function seconds(value: number): string {
  return value < 120 ? `${value.toFixed(value < 10 ? 2 : 0)} s` : `${(value / 3_600).toFixed(2)} h`;
}
