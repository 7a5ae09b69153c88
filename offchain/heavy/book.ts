/** What providers say of themselves, newest word first: price, space, whether they answer. Only a signed offer binds; the book decides who is asked. */
import type { NodeState } from '../chain/node-state.ts';
import { priceOfAsk } from '../p2p/asks.ts';
import type { AskBook } from '../p2p/asks.ts';
import type { AskPrice } from '../wire/messages.ts';
import { addressesOf } from '../wire/resolve-address.ts';
import type { Resolver } from '../wire/resolve-address.ts';
import { ADDRESSES_KEPT_MS, BAIT_REMEMBERED_MS, DECLINE_REMEMBERED_MS, OFFER_REMEMBERED_MS, STATUS_FRESH_MS } from './limits.ts';

/** A provider's word. Amounts in token units, sizes in bytes. */
export interface Ask {
  readonly provider: number;
  readonly price?: AskPrice | undefined;
  readonly freeBytes: number;
  readonly capacityBytes: number;
  readonly readOnly?: string | undefined;
  /** When it was said, by this machine's clock. */
  readonly atMs: number;
}

export interface Entry {
  readonly ask?: Ask | undefined;
  /** False after a failed question, until it answers again. */
  readonly alive: boolean;
  readonly checkedMs: number;
  readonly addresses?: readonly string[] | undefined;
}

export interface Book {
  of(provider: number): Entry | undefined;
  /** Token units for one fragment of so many bytes and one epoch, as asked last: by its own status, or by a signed ask that was gossiped. */
  asked(provider: number, fragmentBytes: number): bigint | undefined;
  /** An older word than the one kept is ignored. */
  learn(ask: Ask): void;
  failed(provider: number): void;
  /** It signed an offer at `ratio` of what it asks: a dearer one is ranked as such for a while. */
  offered(provider: number, ratio: number): void;
  /** Space as it was said last; undefined while an offer asked for here may be what takes it. */
  freeBytes(provider: number): number | undefined;
  declined(provider: number): void;
  /** At least 1: how much dearer than its ask this provider counts. */
  surcharge(provider: number): number;
  /** What the node's address resolves to; kept for a while. Empty when it does not resolve. */
  resolve(node: Pick<NodeState, 'id' | 'endpoint'>): Promise<readonly string[]>;
}

interface Row {
  ask?: Ask;
  alive: boolean;
  checkedMs: number;
  endpoint?: string;
  addresses?: readonly string[];
  resolvedMs?: number;
  bait?: { ratio: number; untilMs: number };
  offeredMs?: number;
}

/** Declining makes a provider count as this much dearer. */
const DECLINE_RATIO = 2;

export interface BookOptions {
  /** Signed asks that came by gossip: used for providers whose status was not asked lately. */
  readonly asks?: Pick<AskBook, 'get'>;
  readonly now?: () => number;
  readonly resolver?: Resolver;
}

const GIB = 2n ** 30n;

export function createBook(options: BookOptions = {}): Book {
  const { asks, now = Date.now, resolver } = options;
  const rows = new Map<number, Row>();
  const row = (provider: number): Row => {
    const known = rows.get(provider) ?? { alive: true, checkedMs: 0 };
    rows.set(provider, known);
    return known;
  };
  /** The gossiped ask, where it is the newer word. */
  const gossiped = (provider: number): ReturnType<AskBook['get']> => {
    const ask = asks?.get(provider);
    if (ask === undefined || ask.expiry * 1_000 <= now()) return undefined;
    const heardMs = rows.get(provider)?.ask?.atMs ?? -Infinity;
    return now() - heardMs < STATUS_FRESH_MS ? undefined : ask;
  };
  const mark = (provider: number, bait: { ratio: number; untilMs: number }): void => void (row(provider).bait = bait);

  return {
    of: (provider) => rows.get(provider),
    asked(provider, fragmentBytes) {
      const ask = gossiped(provider);
      if (ask !== undefined) return priceOfAsk(ask, fragmentBytes);
      const price = rows.get(provider)?.ask?.price;
      return price === undefined ? undefined : priceAsked(price, fragmentBytes);
    },
    learn(ask) {
      const known = row(ask.provider);
      if (known.ask !== undefined && known.ask.atMs > ask.atMs) return;
      Object.assign(known, { ask, alive: true, checkedMs: ask.atMs });
    },
    failed: (provider) => void Object.assign(row(provider), { alive: false, checkedMs: now() }),
    offered(provider, ratio) {
      row(provider).offeredMs = now();
      if (ratio > 1) mark(provider, { ratio, untilMs: now() + BAIT_REMEMBERED_MS });
    },
    freeBytes(provider) {
      const known = rows.get(provider);
      if (now() - (known?.offeredMs ?? -Infinity) < OFFER_REMEMBERED_MS) return undefined;
      const ask = gossiped(provider);
      return ask === undefined ? known?.ask?.freeBytes : Number(ask.freeBytes);
    },
    declined: (provider) => mark(provider, { ratio: DECLINE_RATIO, untilMs: now() + DECLINE_REMEMBERED_MS }),
    surcharge(provider) {
      const bait = rows.get(provider)?.bait;
      return bait === undefined || bait.untilMs < now() ? 1 : bait.ratio;
    },
    async resolve({ id, endpoint }) {
      const known = row(id);
      const isKept = known.endpoint === endpoint && now() - (known.resolvedMs ?? -Infinity) < ADDRESSES_KEPT_MS;
      if (isKept && known.addresses !== undefined) return known.addresses;
      const addresses = await addressesOf(endpoint, resolver);
      Object.assign(known, { endpoint, addresses, resolvedMs: now() });
      return addresses;
    },
  };
}

/** Rounded up as the provider does. */
function priceAsked(price: AskPrice, fragmentBytes: number): bigint {
  if ('perBatchEpoch' in price) return price.perBatchEpoch;
  return (price.perGibEpoch * BigInt(fragmentBytes) + GIB - 1n) / GIB;
}
