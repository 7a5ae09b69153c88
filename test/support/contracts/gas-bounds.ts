import type { GasRow } from './gas.ts';

export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly max: number;
}

/** The protocol's promises (DESIGN.md, section 3). */
export function boundsOf(rows: readonly GasRow[]): Bound[] {
  const gas = (act: string, params: GasRow['params']) => {
    const row = rows.find((r) => r.act === act && Object.entries(params).every(([key, value]) => r.params[key] === value));
    if (row === undefined) throw new Error(`no row ${act} ${JSON.stringify(params)}`);
    return row.gas;
  };
  const oneBatch = gas('commit', { batches: 1 });
  return [
    { what: 'open, per slot', value: Math.ceil(gas('open', {}) / 16), max: 90_000 },
    { what: 'commit of 4096 batches', value: gas('commit', { batches: 4096 }), max: 280_000 },
    { what: 'commit of 4096 batches against 1 batch', value: gas('commit', { batches: 4096 }), max: Math.floor(oneBatch * 1.02) },
    { what: 'prove, 100 agreements of 100 GiB', value: gas('prove', { agreements: 100, gibPerAgreement: 100 }), max: 320_000 },
    {
      what: 'prove, 100 agreements of 1 GiB against 1',
      value: gas('prove', { agreements: 100, gibPerAgreement: 1 }),
      max: Math.floor(gas('prove', { agreements: 1, gibPerAgreement: 1 }) * 1.05),
    },
    { what: 'settle, 360 epochs, 1 agreement', value: gas('settle', { epochs: 360, agreements: 1 }), max: 150_000 },
    { what: 'settle, 360 epochs, 100 agreements', value: gas('settle', { epochs: 360, agreements: 100 }), max: 150_000 },
    { what: 'a missed epoch', value: gas('miss', {}), max: 0 },
  ];
}

export function isKept({ value, max }: Bound): boolean {
  return value <= max;
}

export function nameOf({ act, params }: GasRow): string {
  const inside = Object.entries(params).map(([key, value]) => `${key} ${value}`);
  return inside.length === 0 ? act : `${act} (${inside.join(', ')})`;
}
