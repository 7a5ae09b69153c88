/** A run in words. */
import { clockText } from '../violation.ts';
import { ASSUMED } from './assumptions.ts';
import { expectCheating } from './economics.ts';
import { proofUsd } from './profits.ts';
import type { NetworkResult } from './run.ts';
import { DAY } from './world.ts';

const TIB = 2 ** 40;
const TB = 1e12;

export function reportOf(result: NetworkResult): string {
  const { world, digest, events } = result;
  const { seed, providers, days, scenario } = world.options;
  const head = `seed ${seed}: ${providers} providers, ${days} days, scenario "${scenario.name}" (${scenario.about})\n${events.toLocaleString('en')} events, digest ${digest}`;
  return [head, durabilityText(result), trafficText(result), profitText(result), costText(result), modeText(result)].join('\n\n');
}

function durabilityText({ tally, durability, durabilityOfAll, world }: NetworkResult): string {
  const hours = (seconds: number) => (seconds / 3_600).toFixed(1);
  const rates = durability.repairsPerHour.map((rate) => (rate === 0 ? '-' : hours(3_600 / rate))).join(', ');
  const years = tally.batchSeconds / (365 * DAY);
  return [
    'Durability',
    `  batches committed ${tally.committedBatches.toLocaleString('en')} (each stands for ${ASSUMED.batchesPerTracked}), lost ${tally.lostBatches}; ${Math.round(years).toLocaleString('en')} batch-years watched; ${tally.realChecks} batches of real bytes checked`,
    `  providers gone ${tally.departures}, joined ${tally.joins}; slots repaired ${tally.repairs} in ${hours(tally.repairSeconds / Math.max(1, tally.repairs))} h on average, ${hours(tally.repairSecondsMax)} h at most`,
    `  mean hours to the next repair with 1, 2, ... slots gone: ${rates} (states that this run hardly saw: from a network under stress)`,
    `  by the model, at ${(durability.lossesPerSlotYear * 100).toFixed(1)} % of slots a year (${(world.scenario.monthlyLoss * 100).toFixed(1)} % of providers a month): ${nines(durability)}`,
    `  with everything that harmed slots in this run, ${(durabilityOfAll.lossesPerSlotYear * 100).toFixed(1)} % a year: ${nines(durabilityOfAll)}`,
    `  repairs that found no successor at the slot's price: ${tally.noSuccessorSlots.size} slots; too few sources at the time: ${tally.unrepairable} tries`,
    `  agreements opened ${tally.opened}, renewed ${tally.renewed} times, ended ${tally.ended}, of which ${tally.lapsed} although the creator wanted more`,
  ].join('\n');
}

function nines({ yearlyLoss, nines: count }: NetworkResult['durability']): string {
  return Number.isFinite(count) ? `${count.toFixed(1)} nines (a batch is lost with ${yearlyLoss.toExponential(1)} a year)` : 'not measured';
}

function trafficText({ tally, world }: NetworkResult): string {
  const years = (world.seconds + 1) / (365 * DAY);
  const stored = (tally.batchSeconds / (world.seconds + 1)) * ASSUMED.k * world.fragmentBytes;
  const text = (bytes: number) => `${(bytes / TIB).toFixed(1)} TiB`;
  return [
    'Repair traffic',
    `  moved ${text(tally.repairBytes)} for ${text(tally.lostSlotBytes)} of lost slots (${(tally.repairBytes / Math.max(1, tally.lostSlotBytes)).toFixed(1)} to 1; k + 1 = ${ASSUMED.k + 1})`,
    `  ${((tally.repairBytes / years / Math.max(1, stored)) * 100).toFixed(0)} % of the user data a year, ${((tally.repairBytes / (world.seconds * world.heavies.length * ASSUMED.heavyBytesPerSecond)) * 100).toFixed(1)} % of the heavy nodes' links`,
    `  slots lost to faults ${tally.faults}, surrendered ${tally.surrenders}, dismissed ${tally.dismissals}; single fragments healed ${tally.healed}; misses reported ${tally.reports} times`,
  ].join('\n');
}

function profitText({ profits, world }: NetworkResult): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const columns = ['provider', 'count', 'paid', 'slashed', 'storage', 'gas', 'capital', 'profit', 'US$ a year', 'against honest', 'expected'];
  const honest = profits.find(({ kind }) => kind === 'honest');
  const rows = profits.map((row, i) => {
    const { dropped } = world.scenario.mix[i]!;
    const better = honest === undefined ? '' : percent(row.profit - honest.profit);
    return [row.kind, String(row.providers), percent(row.paid), percent(row.slashed), percent(row.storage), percent(row.gas), percent(row.capital), percent(row.profit), row.profitUsdYear.toFixed(0), better, dropped === undefined ? '' : percent(expected(world, dropped))];
  });
  const table = [columns, ...rows];
  const widths = columns.map((_, c) => Math.max(...table.map((row) => row[c]!.length)));
  const lines = table.map((row) => `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`);
  return ['Providers: shares of the rent that each promised to earn. expected: what dropping gains against keeping, by the binomial of the draws alone', ...lines].join('\n');
}

function expected(world: NetworkResult['world'], dropped: number): number {
  const storageShare = ASSUMED.storageUsdPerTbMonth / ASSUMED.askUsdPerTbMonth;
  return expectCheating({ dropped, rules: world.parameters.standard, epochsPerPeriod: world.clock.epochsPerPeriod, storageShare }).gain;
}

/** Planning figures: what a terabyte of user data costs in a month, and to whom. */
export function costs({ world, tally }: Pick<NetworkResult, 'world' | 'tally'>): { readonly what: string; readonly usd: number }[] {
  const { providers } = world;
  const expansion = (ASSUMED.k + ASSUMED.m) / ASSUMED.k;
  const months = (world.seconds + 1) / ((365 * DAY) / 12);
  const userTb = ((tally.batchSeconds / (world.seconds + 1)) * ASSUMED.k * world.fragmentBytes) / TB;
  let proofs = 0;
  let rent = 0;
  for (let p = 0; p < providers.count; p += 1) {
    proofs += providers.proofs[p]!;
    rent += providers.rentEpochs[p]!;
  }
  const each = (usd: number) => usd / Math.max(1e-9, userTb * months);
  const rentUsd = (rent / 1e18) * ASSUMED.usdPerToken;
  const stake = ((rentUsd / (months * (365 / 12) * 12)) * world.parameters.stakeEpochs * ASSUMED.stakeYearlyCost * months) / 12;
  return [
    { what: `rent that the creator pays (${expansion} bytes for each, ${ASSUMED.feeBps / 100} % of it to heavy nodes)`, usd: each(rentUsd) },
    { what: 'opening and committing, once an agreement', usd: each(tally.opened * (proofUsd(ASSUMED.openGas) + proofUsd(ASSUMED.commitGas))) },
    { what: "providers' disks and power", usd: ASSUMED.storageUsdPerTbMonth * expansion },
    { what: "providers' proofs", usd: each(proofs * proofUsd()) },
    { what: "providers' stake", usd: each(stake) },
    { what: "heavy nodes' repair traffic", usd: each((tally.repairBytes / TB) * ASSUMED.repairUsdPerTb) },
  ];
}

function costText(result: NetworkResult): string {
  const { storageUsdPerTbMonth, askUsdPerTbMonth, gasGwei, coinUsd, stakeYearlyCost, repairUsdPerTb, proofGas } = ASSUMED;
  const lines = costs(result).map(({ what, usd }) => `  ${usd.toFixed(usd < 0.1 ? 4 : 2).padStart(8)}  ${what}`);
  return [
    'US$ for a terabyte of user data and month: planning figures, from what was assumed',
    ...lines,
    `  assumed: disk and power ${storageUsdPerTbMonth} and asks of about ${askUsdPerTbMonth} US$ per stored TB and month; ${proofGas.toLocaleString('en')} gas a proof at ${gasGwei} gwei and ${coinUsd} US$ a coin; stake costs ${stakeYearlyCost * 100} % a year; traffic ${repairUsdPerTb} US$ per TB`,
  ].join('\n');
}

function modeText({ tally, violation, world }: NetworkResult): string {
  const modes = tally.modes.map(({ from, to }) => `${clockText(from)} to ${clockText(to)}`).join('; ');
  const mode = `Repair-only mode: ${modes === '' ? 'never' : modes}${tally.refusedByMode > 0 ? `, in which new agreements were refused in ${tally.refusedByMode} epochs` : ''}`;
  if (violation === undefined) return `${mode}\n\nNo rule was broken.`;
  const { seed, providers, days, scenario } = world.options;
  return [
    mode,
    '',
    `VIOLATION at ${clockText(violation.atSeconds)} of seed ${seed}: ${violation.message}`,
    'The events before it:',
    world.log.tail(),
    `Replay: npm run sim -- --seed ${seed} --providers ${providers} --days ${days} --scenario ${scenario.name}`,
  ].join('\n');
}
