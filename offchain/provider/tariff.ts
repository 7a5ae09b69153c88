/** Price and capacity of this node as they are now: those of its configuration, or what its owner signed since. */
import { z } from 'zod';
import type { Store } from '../store/open.ts';
import { amount, seconds } from '../wire/fields.ts';
import { parseAs, toJson } from '../wire/json.ts';
import { AskPrice } from '../wire/messages.ts';
import type { TariffMessage } from '../wire/tariff.ts';
import type { ProviderConfig } from './config.ts';

const KEY = 'tariff';

const Offered = z.object({ price: AskPrice, capacityBytes: amount });
type Offered = z.output<typeof Offered>;

/** `over`: what the configuration said at that time. Once it says something else, somebody has edited it since, and it counts again. */
const Kept = z.object({ ...Offered.shape, sequence: seconds, over: Offered });

export class LiveTariff {
  readonly #store: Store;
  readonly #configured: Offered;
  #now: Offered;
  #sequence: number;

  private constructor(store: Store, state: { readonly configured: Offered; readonly now: Offered; readonly sequence: number }) {
    this.#store = store;
    this.#configured = state.configured;
    this.#now = state.now;
    this.#sequence = state.sequence;
  }

  static async open(store: Store, config: ProviderConfig): Promise<LiveTariff> {
    const configured = { price: config.price, capacityBytes: config.capacityBytes };
    const row = await store.fact.findUnique({ where: { key: KEY } });
    if (row === null) return new LiveTariff(store, { configured, now: configured, sequence: 0 });
    const kept = parseAs(Kept, JSON.parse(row.value), 'The kept tariff');
    const isEdited = toJson(kept.over) !== toJson(configured) || !config.ownerTariff;
    return new LiveTariff(store, { configured, now: isEdited ? configured : kept, sequence: kept.sequence });
  }

  get price(): Offered['price'] {
    return this.#now.price;
  }

  get capacityBytes(): bigint {
    return this.#now.capacityBytes;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get setBy(): 'config' | 'owner' {
    return this.#now === this.#configured ? 'config' : 'owner';
  }

  /** Durable first, then true. */
  async set({ perGibEpoch, capacityBytes, sequence }: Pick<TariffMessage, 'perGibEpoch' | 'capacityBytes' | 'sequence'>): Promise<void> {
    const next: Offered = { price: { perGibEpoch }, capacityBytes };
    const value = toJson({ ...next, sequence, over: this.#configured });
    await this.#store.fact.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
    this.#now = next;
    this.#sequence = sequence;
  }
}

/** The configuration whose price and capacity are those of now, whenever they are looked at. */
export function withTariff(config: ProviderConfig, tariff: LiveTariff): ProviderConfig {
  return {
    ...config,
    get price() {
      return tariff.price;
    },
    get capacityBytes() {
      return tariff.capacityBytes;
    },
  };
}
