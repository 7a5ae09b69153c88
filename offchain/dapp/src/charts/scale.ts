/** From values to places on a chart: pure. All numbers are only drawn; exact amounts travel beside them as text. */

export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Round numbers, `min` and `max` included. */
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10] as const;

/** Round ticks that hold all values, and zero where `fromZero`. Nothing, or nothing finite, gives 0 to 1. */
export function niceScale(values: Iterable<number | null>, options: { readonly ticks?: number; readonly fromZero?: boolean } = {}): Scale {
  const { ticks: wanted = 4, fromZero = true } = options;
  const finite = [...values].filter((value): value is number => value !== null && Number.isFinite(value));
  let low = fromZero ? 0 : Infinity;
  let high = fromZero ? 0 : -Infinity;
  for (const value of finite) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (finite.length === 0 || (low === 0 && high === 0)) return { min: 0, max: 1, ticks: [0, 1] };
  if (low === high) [low, high] = [Math.min(0, low), Math.max(0, high)];
  const step = stepOf((high - low) / Math.max(1, wanted));
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => rounded((first + i) * step, step));
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** The smallest round step that is at least `least`. */
function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Takes away what adding tenths leaves behind. */
function rounded(value: number, step: number): number {
  const digits = Math.max(0, Math.min(20, 2 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(digits));
}

/** Linear; a domain without width goes to the range's begin. */
export function placeOn(domain: readonly [number, number], range: readonly [number, number]): (value: number) => number {
  const [from, to] = domain;
  const [begin, end] = range;
  return (value) => (to === from ? begin : begin + ((value - from) / (to - from)) * (end - begin));
}

/** Which of `count` labels to write so that at most `room` are written: evenly spaced, the last one always. */
export function shownLabels(count: number, room: number): number[] {
  if (count === 0) return [];
  const step = Math.max(1, Math.ceil(count / Math.max(1, room)));
  const shown: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) shown.push(index);
  return shown.reverse();
}
