import type { GasRow } from './gas-world.ts';

export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly max: number;
}

/** What may vary where the protocol says flat: some bytes of calldata are zero and cheaper, and draws are rejected and tried again now and then. */
const FLAT = 1.02;
/** The same where running costs more than the bytes: among more bundles the one that holds a batch is found some steps later. */
const FLAT_ABOVE_FLOOR = 1.03;
/** Where a proof's bytes do not cover it, each rejected draw shows with 3.3 k gas: up to four more in one epoch than in another are chance. */
const FLAT_BUT_FOR_CHANCE = 1.06;
/** More agreements have more periods in which one of them ends. */
const FLAT_IN_PERIODS = 1.1;

/** The protocol's promises (DESIGN.md, section 3). */
export function boundsOf(rows: readonly GasRow[]): Bound[] {
  const gas = (act: string, params: GasRow['params'] = {}) => {
    const row = rows.find((r) => r.act === act && Object.entries(params).every(([key, value]) => r.params[key] === value));
    if (row === undefined) throw new Error(`no row ${act} ${JSON.stringify(params)}`);
    return row.gas;
  };
  /** Neither dearer nor cheaper than the other one. */
  const flat = (what: string, value: number, other: number, tolerance = FLAT): Bound[] => [
    { what, value, max: Math.floor(other * tolerance) },
    { what: `${what}, the other way round`, value: other, max: Math.floor(value * tolerance) },
  ];
  return [
    { what: 'open, per slot', value: Math.ceil(gas('open') / 16), max: 90_000 },
    { what: 'commit of 4096 batches', value: gas('commit', { batches: 4096 }), max: 280_000 },
    ...flat('commit of 4096 batches against 1 batch', gas('commit', { batches: 4096 }), gas('commit', { batches: 1 })),
    { what: 'prove, 100 agreements of 100 GiB (10 TiB)', value: gas('prove', { agreements: 100, gibPerAgreement: 100 }), max: 320_000 },
    { what: 'prove, the same with draws rejected as often as can be, the dearest', value: gas('prove-unlucky-dearest'), max: 320_000 },
    { what: 'prove, 10 TiB in one agreement', value: gas('prove-large', { bundles: 25 }), max: 320_000 },
    { what: 'prove, a year after the last opening', value: gas('prove-after'), max: 320_000 },
    { what: 'prove, after a year of silence', value: gas('prove-after-silence'), max: 320_000 },
    ...flat('prove, 100 agreements of 1 GiB against 1', gas('prove', { agreements: 100, gibPerAgreement: 1 }), gas('prove', { agreements: 1, gibPerAgreement: 1 }), FLAT_BUT_FOR_CHANCE),
    ...flat('prove, 100 agreements of 100 GiB against 1', gas('prove', { agreements: 100, gibPerAgreement: 100 }), gas('prove', { agreements: 1, gibPerAgreement: 100 })),
    ...flat('prove, 10 TiB against 400 GiB of the same depth', gas('prove-large', { bundles: 25 }), gas('prove-large', { bundles: 1 }), FLAT_ABOVE_FLOOR),
    ...flat('prove, 1,000 agreements against 1 of the same depth', gas('prove-pairs', { agreements: 1000 }), gas('prove-pairs', { agreements: 1 })),
    { what: 'settle, 360 epochs, 1 agreement', value: gas('settle', { epochs: 360, agreements: 1 }), max: 150_000 },
    { what: 'settle, 360 epochs, 1,000 agreements', value: gas('settle', { epochs: 360, agreements: 1000 }), max: 150_000 },
    ...flat('settle, 1,000 agreements against 100', gas('settle', { epochs: 360, agreements: 1000 }), gas('settle', { epochs: 360, agreements: 100 })),
    ...flat('settle, 1,000 agreements against 1', gas('settle', { epochs: 360, agreements: 1000 }), gas('settle', { epochs: 360, agreements: 1 }), FLAT_IN_PERIODS),
    { what: 'a missed epoch', value: gas('miss'), max: 0 },
  ];
}

export function isKept({ value, max }: Bound): boolean {
  return value <= max;
}

export function nameOf({ act, params }: GasRow): string {
  const inside = Object.entries(params).map(([key, value]) => `${key} ${value}`);
  return inside.length === 0 ? act : `${act} (${inside.join(', ')})`;
}
