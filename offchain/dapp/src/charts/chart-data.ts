/** What line and bar charts draw, and what their table says. */

export interface Series {
  readonly name: string;
  /** One for each label; null: not known. */
  readonly values: readonly (number | null)[];
  /** The same in exact words, with units. Missing: `format` says it. */
  readonly texts?: readonly string[];
}

export interface ChartData {
  /** What the chart shows, as a sentence without its end: for the caption and for screen readers. */
  readonly title: string;
  /** What the labels are: `Epoch`, `Day`. */
  readonly axis: string;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** A value with its unit, short. */
  readonly format: (value: number) => string;
}

export function textOf({ format }: ChartData, { values, texts }: Series, index: number): string {
  const value = values[index] ?? null;
  return texts?.[index] ?? (value === null ? 'not known' : format(value));
}

/** One place on the chart in words: `Epoch 12: earned 3 HOLD, lost nothing`. */
export function sayPlace(data: ChartData, index: number): string {
  const label = data.labels[index];
  if (label === undefined) return 'No data yet';
  return `${data.axis} ${label}: ${data.series.map((one) => `${one.name} ${textOf(data, one, index)}`).join(', ')}`;
}

export function tableOf(data: ChartData): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const rows = data.labels.map((label, index) => [label, ...data.series.map((one) => textOf(data, one, index))]);
  return { head: [data.axis, ...data.series.map(({ name }) => name)], rows };
}

/** Bars on top of each other: for every label, from where to where each series goes. Nulls and what is negative take no room. */
export function stack({ labels, series }: ChartData): { readonly from: number; readonly to: number }[][] {
  return labels.map((_label, index) => {
    let from = 0;
    return series.map(({ values }) => {
      const bar = { from, to: from + Math.max(0, values[index] ?? 0) };
      from = bar.to;
      return bar;
    });
  });
}

/** The place nearest to `share` (0 to 1) of the width. */
export function nearestPlace(count: number, share: number): number {
  return Math.min(count - 1, Math.max(0, Math.round(share * (count - 1))));
}

/** What a key does to the chosen place, as sliders behave; undefined: nothing. */
export function movedPlace(key: string, place: number, count: number): number | undefined {
  const page = Math.max(1, Math.round(count / 10));
  const moves: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page, Home: -count, End: count };
  const move = moves[key];
  return move === undefined ? undefined : Math.min(count - 1, Math.max(0, place + move));
}
