/** Schemes that are known to be sensible, and what each one costs and survives. */
import { CodecInputError } from './format-errors.ts';

export interface Preset {
  readonly suppliers: number;
  readonly k: number;
  readonly m: number;
  /** Suppliers that may be lost at once, any of them, without losing a byte. Equal to m. */
  readonly survives: number;
  /** Stored bytes for each byte of data: n / k. */
  readonly expansion: number;
}

const preset = (k: number, m: number): Preset => ({ suppliers: k + m, k, m, survives: m, expansion: (k + m) / k });

/** 16 suppliers, any 6 of them may be lost, 1.6 bytes stored for each byte. */
export const DEFAULT_PRESET: Preset = preset(10, 6);

/** About double redundancy for common supplier counts. */
export const PRESETS: readonly Preset[] = [
  preset(1, 1),
  preset(2, 2),
  preset(4, 3),
  preset(7, 6),
  preset(9, 9),
  preset(13, 13),
  preset(32, 32),
];

/** The preset (or the default) for exactly this many suppliers; throws CodecInputError when there is none. */
export function presetFor(suppliers: number): Preset {
  const found = [...PRESETS, DEFAULT_PRESET].find((candidate) => candidate.suppliers === suppliers);
  if (found !== undefined) return found;
  const counts = [...PRESETS, DEFAULT_PRESET].map((candidate) => candidate.suppliers).sort((a, b) => a - b);
  throw new CodecInputError(`there is no preset for ${suppliers} suppliers, only for ${counts.join(', ')}; name k and m instead`);
}

/** Bytes that each supplier must hold for `spaceBytes` of data: space / k, rounded up. */
export function quotaPerSupplier(spaceBytes: bigint, scheme: { readonly k: number }): bigint {
  const k = BigInt(scheme.k);
  return (spaceBytes + k - 1n) / k;
}
