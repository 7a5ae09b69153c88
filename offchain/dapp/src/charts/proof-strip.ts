/** A provider's epochs in a row: pure. */

/** ahead: not over, and not proven yet. idle: it held nothing. */
export type EpochState = 'proven' | 'missed' | 'ahead' | 'idle';

export interface EpochCell {
  readonly epoch: number;
  readonly state: EpochState;
}

export interface StripFacts {
  /** Epochs [from, to). */
  readonly from: number;
  readonly to: number;
  /** The running epoch: it may still be proven. */
  readonly current: number;
  readonly proven: ReadonlySet<number>;
  /** Ranges [from, to) in which it held a slot, in any order. */
  readonly held: readonly { readonly from: number; readonly to: number }[];
}

export function epochCells({ from, to, current, proven, held }: StripFacts): EpochCell[] {
  const cells: EpochCell[] = [];
  for (let epoch = from; epoch < to; epoch++) {
    const holds = held.some((range) => range.from <= epoch && epoch < range.to);
    cells.push({ epoch, state: proven.has(epoch) ? 'proven' : !holds ? 'idle' : epoch >= current ? 'ahead' : 'missed' });
  }
  return cells;
}

export interface EpochRun {
  readonly from: number;
  /** The last one of the run. */
  readonly to: number;
  readonly state: EpochState;
}

/** Neighbours of one state together: what is read out, and the rows of the table. */
export function runsOf(cells: readonly EpochCell[]): EpochRun[] {
  const runs: EpochRun[] = [];
  for (const { epoch, state } of cells) {
    const last = runs.at(-1);
    if (last !== undefined && last.state === state && last.to === epoch - 1) runs[runs.length - 1] = { ...last, to: epoch };
    else runs.push({ from: epoch, to: epoch, state });
  }
  return runs;
}

export const STATE_WORDS: Readonly<Record<EpochState, string>> = { proven: 'proven', missed: 'missed', ahead: 'not over yet', idle: 'nothing to prove' };

export function sayRun({ from, to, state }: EpochRun): string {
  return `${from === to ? `Epoch ${from}` : `Epochs ${from} to ${to}`}: ${STATE_WORDS[state]}`;
}

export function sayStrip(cells: readonly EpochCell[]): string {
  const count = (state: EpochState): number => cells.filter((cell) => cell.state === state).length;
  const [proven, missed] = [count('proven'), count('missed')];
  if (proven + missed === 0) return 'Nothing was to be proven in these epochs';
  return `${proven} of ${proven + missed} epochs proven, ${missed} missed`;
}
