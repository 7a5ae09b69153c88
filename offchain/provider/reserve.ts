import { epochAt, periodStart } from '../chain/epoch.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { HttpError } from '../wire/http-errors.ts';
import type { TermsMessage } from '../wire/messages.ts';
import type { Asker } from './asker.ts';
import type { Provider } from './context.ts';
import { slotBytes } from './price.ts';
import { measureSpace, withSpace } from './space.ts';

/** Open offers in all, and of one asker. */
const OFFERS_MAX = 4_096;
const OFFERS_PER_ASKER_MAX = 512;
/** For creators who do not show the tokens: this share of what is free, and of that as much for one heavy node that is not the parent. */
const UNFUNDED_DIVISOR = 2n;

/** More is reserved for this asker, or for creators without tokens, than may be. */
export class AskLimitError extends HttpError {
  constructor(sentence: string, details: Readonly<Record<string, unknown>>) {
    super(429, 'ASK_LIMIT', sentence, { retryable: true, details: { ...details, retryAfterSeconds: 60 }, nextStep: 'Get the tokens first: what the creator can pay for is reserved up to all the free space. Or wait until earlier offers have expired.' });
  }
}

interface Reservation {
  readonly terms: TermsMessage;
  readonly asker: Asker;
  readonly price: bigint;
  readonly expiry: number;
  readonly nowSeconds: number;
}

/**
 * Keeps a slot's space for an offer until it expires. One of several offers for the same (creator, nonce) can be opened at most: the largest of them is kept.
 * What a creator could pay for with the tokens that he has now may take all the free space. Everything else shares a half of it, so that whoever has many keys and no
 * tokens keeps nobody out who would pay.
 * @throws NoSpaceError, AskLimitError
 */
export async function reserve(provider: Provider, reservation: Reservation): Promise<void> {
  const { store, files, config } = provider;
  const { terms, asker, price, expiry, nowSeconds } = reservation;
  const { creator, nonce } = terms;
  const balance = await tokenBalance(provider.chain, creator);
  const space = { store, files, capacityBytes: config.capacityBytes, nowSeconds };
  const where = { creator_nonce: { creator, nonce } };
  await store.offer.deleteMany({ where: { expiry: { lt: nowSeconds } } });
  const before = await store.offer.findUnique({ where });
  // Another one's reservation under the same number is this one's too: only what it grows by is new, and it stays as large, for that offer may be opened still.
  const sizeBytes = max(before?.sizeBytes ?? 0n, slotBytes(terms));
  const needBytes = sizeBytes - (before?.sizeBytes ?? 0n);
  const isGrown = sizeBytes === slotBytes(terms);
  const cost = costOf(provider, reservation);
  await withSpace({ ...space, needBytes }, async () => {
    const others = (await store.offer.findMany({ take: OFFERS_MAX + 1 })).filter((one) => one.creator !== creator || one.nonce !== nonce);
    const own = others.filter((one) => one.asker === asker.address);
    if (others.length >= OFFERS_MAX || own.length >= OFFERS_PER_ASKER_MAX) throw new AskLimitError(`This provider has ${others.length} open offers, ${own.length} of them for ${asker.address}.`, { offers: others.length, ofAsker: own.length });
    const isCovered = others.reduce((sum, one) => (one.creator === creator ? sum + BigInt(one.cost) : sum), cost) <= balance;
    if (!isCovered) await requireShare({ provider, reservation, others, sizeBytes, needBytes, space });
    const content = { price: String(price), sizeBytes, expiry, asker: asker.address, cost: String(cost), isFunded: isGrown ? isCovered : before?.isFunded === true };
    await store.offer.upsert({ where, create: { creator, nonce, ...content }, update: content });
  });
}

interface Share {
  readonly provider: Provider;
  readonly reservation: Reservation;
  readonly others: readonly { readonly asker: string; readonly sizeBytes: bigint; readonly isFunded: boolean }[];
  readonly sizeBytes: bigint;
  readonly needBytes: bigint;
  readonly space: Parameters<typeof measureSpace>[0];
}

/** @throws AskLimitError */
async function requireShare({ reservation, others, sizeBytes, needBytes, space }: Share): Promise<void> {
  const { asker, terms } = reservation;
  if (!asker.isHeavy) throw new AskLimitError(`${terms.creator} does not have the tokens that this space costs.`, { creator: terms.creator });
  const unfunded = others.filter((one) => !one.isFunded);
  const takenBytes = sum(unfunded);
  const { freeBytes } = await measureSpace(space);
  const allBytes = (freeBytes + takenBytes + sizeBytes - needBytes) / UNFUNDED_DIVISOR;
  const shareBytes = asker.isParent ? allBytes : allBytes / UNFUNDED_DIVISOR;
  const ofAskerBytes = sum(unfunded.filter((one) => one.asker === asker.address));
  if (takenBytes + sizeBytes <= allBytes && ofAskerBytes + sizeBytes <= shareBytes) return;
  throw new AskLimitError('Creators who do not show the tokens share a part of the free space, and this is more.', { wantBytes: sizeBytes, takenBytes, limitBytes: shareBytes });
}

/** Of one slot until its end. */
function costOf({ chain }: Provider, { terms, price, nowSeconds }: Reservation): bigint {
  const epochs = periodStart(chain.clock, terms.endPeriod) - epochAt(chain.clock, nowSeconds);
  return price * BigInt(terms.quota) * BigInt(Math.max(0, epochs));
}

function sum(offers: readonly { readonly sizeBytes: bigint }[]): bigint {
  return offers.reduce((all, { sizeBytes }) => all + sizeBytes, 0n);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
