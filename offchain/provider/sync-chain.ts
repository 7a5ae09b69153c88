import type { Hex, Log } from 'viem';
import { parseEventLogs } from 'viem';
import { ChainError } from '../chain/chain-errors.ts';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { BlockTrail } from '../chain/follow-blocks.ts';
import type { Mark } from '../chain/follow-blocks.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import type { MarketEvent } from '../chain/logs.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import type { Store } from '../store/open.ts';
import type { Provider } from './context.ts';
import { noteChallenge } from './challenge-list.ts';
import { noteEndedSlot, noteHeldSlot } from './hold-slot.ts';
import { noteRetired } from './retired.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 10_000n;
/** Read again each time: of an RPC service's machines one may know fewer events than blocks. */
const OVERLAP_BLOCKS = 32n;
const SYNCED_BLOCK = 'synced-block';
const SYNCED_MARKS = 'synced-marks';
/** Bundles of an agreement that must be as they were known, before older ones are taken to be too. */
const SAME_BUNDLES = 16;

/**
 * Brings the store up to the newest block: which slots are ours, which bundles were committed. The events only say which agreements
 * to look at; what is stored comes from the agreements themselves. After a reorganisation all of ours are looked at, for no event tells of what did
 * not happen. Returns whether there was one.
 */
export async function syncChain(provider: Provider): Promise<boolean> {
  const { chain, store, log } = provider;
  const trail = new BlockTrail(chain, { marks: await loadMarks(store) });
  const stretch = await trail.next();
  if (stretch === undefined) return false;
  const { head, rolledBackTo } = stretch;
  const isReorganised = rolledBackTo !== undefined;
  if (isReorganised) {
    log.warn('chain.reorganised', { from: rolledBackTo + 1n, head: head.number });
    await store.fact.upsert({ where: { key: SYNCED_BLOCK }, create: { key: SYNCED_BLOCK, value: String(rolledBackTo) }, update: { value: String(rolledBackTo) } });
  }
  const known = await store.fact.findUnique({ where: { key: SYNCED_BLOCK } });
  const { fromBlock } = chain.deployment;
  const again = known === null ? fromBlock : BigInt(known.value) - OVERLAP_BLOCKS;
  for (let from = again > fromBlock ? again : fromBlock; from <= head.number; from += BLOCKS_PER_CALL) {
    const end = from + BLOCKS_PER_CALL - 1n;
    const to = end < head.number ? end : head.number;
    const logs = await chain.ask('the market events', (client) => client.getLogs({ address: chain.deployment.market, fromBlock: from, toBlock: to }));
    for (const agreement of await touchedBy(provider, logs)) await reconcileIfAny(provider, agreement);
    await store.fact.upsert({ where: { key: SYNCED_BLOCK }, create: { key: SYNCED_BLOCK, value: String(to) }, update: { value: String(to) } });
  }
  if (isReorganised) await reconcileAll(provider);
  // A head that went meanwhile is no mark: the next look finds the reorganisation by the older ones.
  if (await trail.taken(stretch)) await saveMarks(store, trail.marks);
  return isReorganised;
}

async function loadMarks(store: Store): Promise<Mark[]> {
  const row = await store.fact.findUnique({ where: { key: SYNCED_MARKS } });
  return (row?.value ?? '').split(' ').filter((text) => text !== '').map((text) => {
    const [number = '0', hash = '0x'] = text.split('/');
    return { number: BigInt(number), hash: hash as Hex };
  });
}

async function saveMarks(store: Store, marks: readonly Mark[]): Promise<void> {
  const value = marks.map(({ number, hash }) => `${number}/${hash}`).join(' ');
  await store.fact.upsert({ where: { key: SYNCED_MARKS }, create: { key: SYNCED_MARKS, value }, update: { value } });
}

async function reconcileAll(provider: Provider): Promise<void> {
  const rows = await provider.store.heldSlot.findMany({ select: { agreement: true }, distinct: ['agreement'] });
  for (const { agreement } of rows) await reconcileIfAny(provider, agreement, { isThorough: true });
}

/** An agreement that a reorganisation took away is none of ours; its bytes stay for the grace period, for it may be opened again. */
export async function reconcileIfAny(provider: Provider, id: number, options: { readonly isThorough?: boolean } = {}): Promise<void> {
  const { store, log } = provider;
  try {
    await reconcile(provider, id, options);
  } catch (error) {
    if (!(error instanceof ChainError && error.code === 'NO_SUCH_AGREEMENT')) throw error;
    for (const { slot } of await store.heldSlot.findMany({ where: { agreement: id, state: 'held' } })) {
      await noteEndedSlot(provider, { agreement: id, slot });
      log.warn('agreement.gone', { agreement: id, slot });
    }
    await store.committedBundle.deleteMany({ where: { agreement: id } });
  }
}

/** Writes down what the chain says about one agreement. */
async function reconcile(provider: Provider, id: number, { isThorough = false }: { readonly isThorough?: boolean }): Promise<void> {
  const { store } = provider;
  const agreement = await provider.agreements.refresh(id);
  for (const { slot, provider: holder } of agreement.slots) {
    if (holder === provider.id) await noteHeldSlot(provider, agreement, slot);
  }
  const rows = await store.heldSlot.findMany({ where: { agreement: id } });
  for (const { slot, state } of rows) {
    if (state === 'held' && agreement.slots[slot]?.provider !== provider.id) await noteEndedSlot(provider, { agreement: id, slot });
  }
  if (rows.length > 0) await syncBundles(provider, agreement, isThorough ? SAME_BUNDLES : 1);
}

/** From the newest known one backwards until enough are as they were known: after a reorganisation others may stand in their places. */
async function syncBundles(provider: Provider, agreement: AgreementState, sameNeeded: number): Promise<void> {
  const { store, chain } = provider;
  await store.committedBundle.deleteMany({ where: { agreement: agreement.id, bundle: { gte: agreement.bundles } } });
  const known = await store.committedBundle.count({ where: { agreement: agreement.id } });
  const read = async (bundle: number): Promise<boolean> => {
    const { root, first, batches } = await readBundle(chain, agreement.id, bundle);
    const content = { root: root.toLowerCase(), first, batches };
    const where = { agreement_bundle: { agreement: agreement.id, bundle } };
    const before = await store.committedBundle.findUnique({ where });
    if (before?.root === content.root && before.first === first && before.batches === batches) return true;
    await store.committedBundle.upsert({ where, create: { agreement: agreement.id, bundle, ...content }, update: content });
    return false;
  };
  for (let bundle = known; bundle < agreement.bundles; bundle++) await read(bundle);
  // One that differs is a reason to look at all that came shortly before it.
  let [same, needed] = [0, sameNeeded];
  for (let bundle = known - 1; bundle >= 0 && same < needed; bundle--) {
    if (await read(bundle)) same += 1;
    else [same, needed] = [0, SAME_BUNDLES];
  }
}

async function touchedBy(provider: Provider, logs: readonly Log[]): Promise<Set<number>> {
  const { store } = provider;
  const rows = await store.heldSlot.findMany({ select: { agreement: true }, distinct: ['agreement'] });
  const ours = new Set(rows.map((row) => row.agreement));
  const touched = new Set<number>();
  for (const log of parseEventLogs({ abi: marketAbi, logs: [...logs] })) {
    if (log.eventName === 'Opened') {
      const { id, terms, offers } = log.args;
      // From now on no offer with this nonce, or a lower one, can be opened: its space is free again.
      await store.offer.deleteMany({ where: { creator: terms.creator, nonce: { lte: terms.nonce } } });
      if (offers.some((offer) => offer.provider === provider.id)) touched.add(id);
    } else if (log.eventName === 'Replaced') {
      if (log.args.to === provider.id || log.args.from === provider.id) touched.add(log.args.id);
    } else if (log.eventName === 'Challenged') {
      await noteChallenge(store, log.args.challenge);
    } else if (isChange(log) && ours.has(log.args.id)) {
      touched.add(log.args.id);
      if (log.eventName === 'Retired') await noteRetired(store, { agreement: log.args.id, bundle: log.args.bundle });
      if (log.eventName === 'Grown') await freeOffersOf(provider, log.args.id);
    }
    for (const id of touched) ours.add(id);
  }
  return touched;
}

/** Events after which a held slot's term, space, holder or bundles can be others than before. */
const CHANGES = ['Committed', 'Closed', 'SlotReleased', 'Vacated', 'Extended', 'Grown', 'Retired'] as const;

type Change = Extract<MarketEvent, { eventName: (typeof CHANGES)[number] }>;

function isChange(log: MarketEvent): log is Change {
  return CHANGES.some((name) => name === log.eventName);
}

/** Growth takes a nonce of the creator: offers with it, or a lower one, can never be opened. */
async function freeOffersOf({ chain, store, agreements }: Provider, agreement: number): Promise<void> {
  const { creator } = await agreements.get(agreement);
  const nonce = await creatorNonce(chain, creator);
  await store.offer.deleteMany({ where: { creator, nonce: { lt: nonce } } });
}
