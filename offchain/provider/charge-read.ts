/** What a read of a fragment costs its reader. */
import { isAddressEqual } from 'viem';
import { LEAF_SIZE } from '../proof/hash.ts';
import type { Charge, KnownReader } from '../reads/take/read-request.ts';
import { rescuersOf } from './authorize.ts';
import type { Provider } from './context.ts';
import type { FragmentKey } from './errors.ts';
import { findFragment } from './fragments.ts';

/** Times the bytes that the agreement pays this node for, which its heavy node may read a day: repairs and audits cost nothing. */
const HEAVY_SHARE = 8;

interface Read {
  readonly key: FragmentKey;
  readonly first: number | undefined;
  readonly count: number | undefined;
  readonly authorization: string | undefined;
  readonly voucher: string | string[] | undefined;
}

/**
 * Charges before anything is read from the disk. What is not here costs nothing: whoever serves it says so.
 * @throws PaymentRequiredError, BadRequestError, UnavailableError; UnauthorizedError, ForbiddenError for a session header that is wrong
 */
export async function chargeRead(provider: Provider, read: Read): Promise<Charge | undefined> {
  const { till, store } = provider;
  if (till.isFree) return undefined;
  const fragment = await findFragment(store, read.key);
  if (fragment === undefined || fragment.bad) return undefined;
  const leaves = read.count ?? Math.max(0, fragment.sizeBytes / LEAF_SIZE - (read.first ?? 0));
  return till.charge({ sizeBytes: leaves * LEAF_SIZE, identify: () => identify(provider, read), voucher: read.voucher });
}

/** The creator has a quota for all agreements together, the heavy node one for each agreement. */
async function identify(provider: Provider, { key, authorization }: Read): Promise<KnownReader | undefined> {
  if (authorization === undefined) return undefined;
  const { agreements, clock, sessions, store, config } = provider;
  const { agreement: id, slot } = key;
  const agreement = await agreements.get(id);
  const allowed = [agreement.creator, await agreements.operatorOf(agreement.heavy), ...(await rescuersOf(provider, agreement, authorization))];
  const session = await sessions.verify(authorization, { agreement: id, allowed, nowSeconds: await clock.nowSeconds() });
  const freeBytes = Number(config.reads.freeBytesPerDay);
  if (isAddressEqual(session.creator, agreement.creator)) return { key: `creator/${agreement.creator}`, freeBytes };
  const held = await store.heldSlot.findUnique({ where: { agreement_slot: { agreement: id, slot } } });
  return { key: `heavy/${id}`, freeBytes: freeBytes + HEAVY_SHARE * Number(held?.sizeBytes ?? 0n) };
}
