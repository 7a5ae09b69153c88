/** Why a score is what it is, in sentences, and what brings it back. Pure. */
import { percent, bytesText } from '../placement/words.ts';
import { EXCLUDED_BELOW, PARTS, PRIOR, WARNED_BELOW, WARNING_EPOCHS, goodNeeded, halfLifeEpochs, meanOf, scoreOf } from './score.ts';
import type { Part, Standing, State } from './score.ts';

const SUBJECTS: Readonly<Record<Part, string>> = {
  audits: 'audits of its slots',
  retrieval: 'reads like a creator\'s',
  uptime: 'epochs of probes',
  repair: 'slots that it was to take over',
};
const ACTS: Readonly<Record<Part, string>> = {
  audits: 'passed audits in a row',
  retrieval: 'served reads in a row',
  uptime: 'epochs in which every probe is answered',
  repair: 'slots taken over without a failure',
};
/** A part at or above the prior's mean needs no explanation. */
const NORMAL = PRIOR.good / (PRIOR.good + PRIOR.bad) - 0.001;

/** The parts that pull the score down, the heaviest first. */
export function causesOf(record: Standing): string[] {
  const { parts } = record;
  return PARTS.filter((part) => meanOf(parts[part]) < NORMAL)
    .sort((a, b) => meanOf(parts[a]) - meanOf(parts[b]))
    .map((part) => {
      const { good, bad } = parts[part];
      return `Of the ${SUBJECTS[part]}, weighted by age and gravity, ${bad.toFixed(1)} of ${(good + bad).toFixed(1)} went wrong (${part} ${percent(meanOf(parts[part]))}).`;
    });
}

/** What lifts a warned or excluded provider, and when it would be excluded. */
export function wayBack(record: Standing, state: State, options: { readonly excludedBelow?: number } = {}): string[] {
  if (state !== 'warned' && state !== 'excluded') return [];
  const { excludedBelow = EXCLUDED_BELOW } = options;
  const { parts, tier } = record;
  const low = PARTS.filter((part) => meanOf(parts[part]) < NORMAL).sort((a, b) => meanOf(parts[a]) - meanOf(parts[b]));
  const lines = low.flatMap((part) => {
    const needed = goodNeeded(parts, part, WARNED_BELOW);
    if (needed === undefined) return [];
    return [`${needed} ${ACTS[part]} lift the score to ${WARNED_BELOW}.`];
  });
  const [worst] = low;
  if (lines.length === 0) lines.push(`No single part lifts the score to ${WARNED_BELOW}: all of the named ones have to get better.`);
  if (worst !== undefined) lines.push(`Without anything new, what went wrong weighs half after ${halfLifeEpochs(worst, tier)} epochs.`);
  if (state === 'warned') lines.push(exclusionLine(record, excludedBelow));
  return lines;
}

function exclusionLine(record: Standing, excludedBelow: number): string {
  const score = scoreOf(record.parts);
  if (score >= excludedBelow) return `Below ${excludedBelow} it gets no new slots; it stands at ${score.toFixed(3)}.`;
  const left = WARNING_EPOCHS - (record.epoch - (record.warnedEpoch ?? record.epoch));
  return `It gets no new slots in ${Math.max(0, left)} epochs unless the score rises above ${excludedBelow} until then.`;
}

/** Speed, as a sentence for the operator; undefined without a measure. */
export function speedLine({ bytesPerSecond, speedSamples }: Pick<Standing, 'bytesPerSecond' | 'speedSamples'>): string | undefined {
  return bytesPerSecond === undefined ? undefined : `${bytesText(bytesPerSecond)}/s over ${speedSamples} reads`;
}
