/** The signs of an object's slots, in words. Pure. */
import type { PartHealth, SlotSign } from '../../../../client/object-health.ts';

export const SIGNS: Readonly<Record<SlotSign, { readonly tone: 'good' | 'warn' | 'bad' | 'plain'; readonly mark: string; readonly text: string }>> = {
  '#': { tone: 'good', mark: '✓', text: 'proved this epoch' },
  '+': { tone: 'good', mark: '·', text: 'proved lately, this epoch still open' },
  '~': { tone: 'warn', mark: '~', text: 'holds it, has not proved it yet' },
  '?': { tone: 'warn', mark: '?', text: 'has not received it' },
  '!': { tone: 'bad', mark: '!', text: 'stopped proving' },
  '.': { tone: 'bad', mark: '×', text: 'nobody at the moment' },
};

export interface SlotSaid {
  readonly slot: number;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly mark: string;
  readonly text: string;
}

export function slotsOf({ map }: Pick<PartHealth, 'map'>): SlotSaid[] {
  return [...map].map((sign, slot) => ({ slot, ...(SIGNS[sign as SlotSign] ?? { tone: 'plain', mark: '–', text: 'unknown' }) }));
}

/** "14 proved this epoch, 2 nobody at the moment" */
export function sayMap({ map }: Pick<PartHealth, 'map'>): string {
  return (Object.keys(SIGNS) as SlotSign[]).flatMap((sign) => {
    const count = [...map].filter((one) => one === sign).length;
    return count === 0 ? [] : [`${count} ${SIGNS[sign].text}`];
  }).join(', ');
}

/** The worst part of an object says how it is. */
export function verdictOf(parts: readonly PartHealth[]): { readonly tone: 'good' | 'warn' | 'bad' | 'plain'; readonly text: string } {
  const [worst] = [...parts].sort((a, b) => a.spare - b.spare);
  if (worst === undefined) return { tone: 'plain', text: 'Not known' };
  if (!worst.isRunning) return { tone: 'bad', text: 'Its agreement ended' };
  if (worst.spare < 0) return { tone: 'bad', text: 'Not readable now' };
  if (worst.spare === 0 && worst.m > 0) return { tone: 'bad', text: 'No spare left' };
  if (worst.spare < worst.m) return { tone: 'warn', text: `${worst.spare} of ${worst.m} to spare` };
  return { tone: 'good', text: 'Complete' };
}
