/** One line of the benchmark's output. */
export interface BenchRow {
  readonly name: string;
  /** 10^6 bytes of user data a second, unless the name says otherwise. */
  readonly mbps: number;
  /** Cores that the measured work may use. */
  readonly threads: number;
  /** How many times as fast as a peer or ceiling that was measured in the same run on the same number of cores. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Facts beside the speed, such as the peak memory, and why a peer is missing. */
  readonly notes?: Readonly<Record<string, number | string>>;
}

/** What a run measures on, and what of it. */
export interface BenchOptions {
  /** True for the rows that are wanted. */
  readonly wants: (name: string) => boolean;
  /** Small inputs and one round: shows that everything works, says little about speed. */
  readonly isQuick: boolean;
  /** A folder for inputs and repositories; the caller removes it. */
  readonly folder: string;
}

export function row(name: string, threads: number, mbps: number, others: Readonly<Record<string, number | null>>, notes: BenchRow['notes'] = {}): BenchRow {
  const ratios = Object.entries(others).flatMap(([other, speed]) => (speed === null ? [] : [[other, round(mbps / speed)] as const]));
  return { name, mbps: round(mbps), threads, ratios: Object.fromEntries(ratios), ...(Object.keys(notes).length > 0 ? { notes } : {}) };
}

export function round(value: number): number {
  return Number(value.toPrecision(4));
}
