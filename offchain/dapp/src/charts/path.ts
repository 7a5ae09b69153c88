/** SVG paths: pure. */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** A line through the spots; a null is a gap. A spot between two gaps becomes a dot (a round cap draws it). */
export function linePath(spots: readonly (Spot | null)[]): string {
  let path = '';
  let isOpen = false;
  for (const [index, spot] of spots.entries()) {
    if (spot === null) {
      isOpen = false;
      continue;
    }
    path += `${isOpen ? 'L' : 'M'}${short(spot.x)} ${short(spot.y)}`;
    const isAlone = !isOpen && (spots[index + 1] ?? null) === null;
    if (isAlone) path += `L${short(spot.x)} ${short(spot.y)}`;
    isOpen = true;
  }
  return path;
}

/** The same, filled down to `base`. */
export function areaPath(spots: readonly (Spot | null)[], base: number): string {
  let path = '';
  for (const run of runsOf(spots)) {
    const [first, last] = [run[0]!, run.at(-1)!];
    path += `M${short(first.x)} ${short(base)}${run.map(({ x, y }) => `L${short(x)} ${short(y)}`).join('')}L${short(last.x)} ${short(base)}Z`;
  }
  return path;
}

function runsOf(spots: readonly (Spot | null)[]): Spot[][] {
  const runs: Spot[][] = [[]];
  for (const spot of spots) {
    if (spot === null) runs.push([]);
    else runs.at(-1)!.push(spot);
  }
  return runs.filter((run) => run.length > 0);
}

export interface Arc {
  /** Parts of the whole turn, 0 to 1, clockwise from the top. */
  readonly from: number;
  readonly to: number;
}

/** Where each share lies on the ring. Negative shares count as nothing. Empty when all are nothing. */
export function arcsOf(shares: readonly number[]): Arc[] {
  const sizes = shares.map((share) => Math.max(0, share));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (whole === 0) return [];
  let from = 0;
  return sizes.map((size) => {
    const arc = { from, to: from + size / whole };
    from = arc.to;
    return arc;
  });
}

/** A piece of a ring around (0, 0). A whole turn is drawn as two halves, for an arc that ends where it begins is none. */
export function ringPath({ from, to }: Arc, { inner, outer }: { readonly inner: number; readonly outer: number }): string {
  if (to - from <= 0) return '';
  if (to - from > 0.9999) return ringPath({ from: 0, to: 0.5 }, { inner, outer }) + ringPath({ from: 0.5, to: 0.99995 }, { inner, outer });
  const large = to - from > 0.5 ? 1 : 0;
  const [a, b, c, d] = [at(from, outer), at(to, outer), at(to, inner), at(from, inner)];
  return `M${a}A${outer} ${outer} 0 ${large} 1 ${b}L${c}A${inner} ${inner} 0 ${large} 0 ${d}Z`;
}

function at(turn: number, radius: number): string {
  const angle = turn * 2 * Math.PI;
  return `${short(Math.sin(angle) * radius)} ${short(-Math.cos(angle) * radius)}`;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
