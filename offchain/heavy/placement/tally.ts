/** Refusals as a reply carries them: all of them counted, a bounded number of them told. */
import type { Refusal, RefusalCode, RefusalCounts } from '../../wire/placement.ts';

export function countRefusals(refused: readonly Pick<Refusal, 'code'>[]): RefusalCounts {
  const counts: Partial<Record<RefusalCode, number>> = {};
  for (const { code } of refused) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** At most `limit`: of each code some, so that a common one does not hide the others. The order of `refused` is kept. */
export function someOfEach(refused: readonly Refusal[], limit: number): Refusal[] {
  if (refused.length <= limit) return refused.map(plain);
  const codes = new Set(refused.map(({ code }) => code));
  const share = Math.max(1, Math.floor(limit / codes.size));
  const shown = new Map<RefusalCode, number>();
  const kept = refused.filter(({ code }) => {
    const count = (shown.get(code) ?? 0) + 1;
    shown.set(code, count);
    return count <= share;
  });
  return kept.slice(0, limit).map(plain);
}

/** Reasons may be sentences that are only made when somebody reads them. */
function plain({ provider, code, reason }: Refusal): Refusal {
  return { provider, code, reason };
}

/** "9,950 above-limit, 12 stake-short". */
export function countsText(counts: RefusalCounts): string {
  return Object.entries(counts).sort(([, a], [, b]) => b - a).map(([code, count]) => `${count.toLocaleString('en')} ${code}`).join(', ');
}
