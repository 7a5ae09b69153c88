/** The keys of batches in agreements of others, from the creator's own catalog. */
import { decodeCatalog, type ForeignKeys } from '../../codec/catalog.ts';
import type { CreatorState } from '../state/creator-state.ts';
import { hexToBytes, bytesToHex } from 'viem';
import type { BatchKeys } from '../../wire/named.ts';

export interface ForeignPlace {
  readonly agreement: number;
  readonly bundle: number;
  /** Ordinal inside the bundle. */
  readonly batch: number;
}

/** Reads the catalog again only when it has changed. */
export class ForeignKeyring {
  readonly #state: CreatorState;
  readonly #creator: string;
  #known: { readonly sequence: number; readonly home: string; readonly rows: ReadonlyMap<string, readonly ForeignKeys[]> } | undefined;

  constructor(options: { readonly state: CreatorState; readonly creator: string }) {
    this.#state = options.state;
    this.#creator = options.creator;
  }

  /** Undefined where nothing there was adopted. */
  async find({ agreement, bundle, batch }: ForeignPlace): Promise<Uint8Array | undefined> {
    const row = (await this.#rows()).get(`${agreement}/${bundle}`)?.find((one) => batch >= one.batch && batch < one.batch + one.keys.length / 32);
    return row?.keys.slice(32 * (batch - row.batch), 32 * (batch - row.batch + 1));
  }

  async #rows(): Promise<ReadonlyMap<string, readonly ForeignKeys[]>> {
    const now = await this.#state.catalogPlace(this.#creator);
    if (now === undefined) return new Map();
    const home = `${now.agreement}/${now.bundle}`;
    if (this.#known !== undefined && this.#known.sequence === now.sequence && this.#known.home === home) return this.#known.rows;
    const bytes = (await this.#state.catalog(this.#creator))?.bytes;
    if (bytes === undefined) return new Map();
    const rows = new Map<string, ForeignKeys[]>();
    for (const versions of decodeCatalog(bytes).names.values()) {
      for (const version of versions) {
        for (const row of version.kind === 'stored' ? (version.foreign ?? []) : []) {
          const key = `${row.agreement}/${row.bundle}`;
          rows.set(key, [...(rows.get(key) ?? []), row]);
        }
      }
    }
    this.#known = { sequence: now.sequence, home, rows };
    return rows;
  }
}

export function foreignKeysOf(rows: readonly BatchKeys[]): ForeignKeys[] {
  return rows.map(({ keys, ...place }) => ({ ...place, keys: hexToBytes(keys) }));
}

export function batchKeysOf(rows: readonly ForeignKeys[]): BatchKeys[] {
  return rows.map(({ keys, ...place }) => ({ ...place, keys: bytesToHex(keys) }));
}
