/** Asks: what providers want for space, signed, gossiped, and kept in a directory that matches read without asking anybody. */
import type { Hex, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { amount, id, seconds, signature, uint16 } from '../wire/fields.ts';
import { ENDPOINT_CHARACTERS } from '../wire/limits.ts';
import { signTyped } from '../wire/typed-data.ts';
import type { Ask, Signer } from '../wire/typed-data.ts';
import { checkSigned } from './check-signed.ts';
import type { CheckContext } from './check-signed.ts';
import { ASKS_MAX } from './limits.ts';
import type { RegisteredNode } from './registered.ts';

export type { Ask } from '../wire/typed-data.ts';

const UINT96_MAX = 2n ** 96n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const GIB = 2n ** 30n;

const sizeField = amount.refine((size) => size <= UINT64_MAX, { message: 'must fit 64 bits' });

export const SignedAsk = z.strictObject({
  provider: id,
  sequence: seconds,
  tier: z.enum(['standard', 'archival', 'edge']),
  region: uint16,
  unit: z.enum(['batch', 'gib']),
  price: amount.refine((price) => price <= UINT96_MAX, { message: 'must fit 96 bits' }),
  freeBytes: sizeField,
  capacityBytes: sizeField,
  url: z.string().max(ENDPOINT_CHARACTERS),
  expiry: seconds,
  signature,
});
export interface SignedAsk extends Ask {
  readonly signature: Hex;
}

/** `stale`: an ask of this provider with an equal or higher sequence is known. `full`: the book takes no further provider. */
export type UpsertResult = 'new' | 'newer' | 'stale' | 'full';

/** The newest ask of each provider. Only checked asks belong in: `checkAsk` says whether one is. Nothing here asks the network. */
export interface AskBook {
  readonly size: number;
  upsert(ask: SignedAsk): UpsertResult;
  get(provider: number): SignedAsk | undefined;
  /** All asks that have not ended at `nowSeconds`, in no particular order. */
  list(nowSeconds: number): SignedAsk[];
  /** Forgets what has ended; returns how many. */
  expire(nowSeconds: number): number;
  /** Drops one provider's ask, for example because it turned out to be no longer true. A newer one may come. */
  drop(provider: number): void;
}

export function createAskBook(options: { readonly maxAsks?: number } = {}): AskBook {
  const { maxAsks = ASKS_MAX } = options;
  const asks = new Map<number, SignedAsk>();
  /** Sequences of dropped asks, so that the same ask does not come back by another path. */
  const dropped = new Map<number, { readonly sequence: number; readonly expiry: number }>();
  return {
    get size() {
      return asks.size;
    },
    upsert(ask) {
      const known = asks.get(ask.provider);
      const floor = Math.max(known?.sequence ?? -1, dropped.get(ask.provider)?.sequence ?? -1);
      if (ask.sequence <= floor) return 'stale';
      if (known === undefined && asks.size >= maxAsks) return 'full';
      asks.set(ask.provider, ask);
      dropped.delete(ask.provider);
      return known === undefined ? 'new' : 'newer';
    },
    get: (provider) => asks.get(provider),
    list: (nowSeconds) => [...asks.values()].filter(({ expiry }) => expiry > nowSeconds),
    expire(nowSeconds) {
      const before = asks.size;
      for (const [provider, { expiry }] of asks) if (expiry <= nowSeconds) asks.delete(provider);
      for (const [provider, { expiry }] of dropped) if (expiry <= nowSeconds) dropped.delete(provider);
      return before - asks.size;
    },
    drop(provider) {
      const known = asks.get(provider);
      if (known === undefined) return;
      asks.delete(provider);
      dropped.set(provider, { sequence: known.sequence, expiry: known.expiry });
    },
  };
}

/** Token units for one fragment of `fragmentBytes` and one epoch, rounded up: what the provider's offer will say, or less. */
export function priceOfAsk(ask: Pick<Ask, 'unit' | 'price'>, fragmentBytes: number): bigint {
  if (ask.unit === 'batch') return ask.price;
  return (ask.price * BigInt(fragmentBytes) + GIB - 1n) / GIB;
}

export async function signAsk(signer: Signer, domain: TypedDataDomain, ask: Ask): Promise<SignedAsk> {
  return { ...ask, signature: await signTyped(signer, domain, 'Ask', ask) };
}

/** Why an ask must not be believed; undefined: it is its provider's word, and it is fresh. */
export function checkAsk(ask: SignedAsk, context: CheckContext): Promise<string | undefined> {
  const doubt = (entry: RegisteredNode | undefined): string | undefined => {
    if (entry === undefined || entry.tier === 'heavy') return 'the registry has no such provider';
    return entry.tier === ask.tier && entry.region === ask.region ? undefined : 'tier or region are not those of the registry';
  };
  return checkSigned('Ask', ask, { node: ask.provider, doubt, who: 'its provider' }, context);
}
