import type { Log } from 'viem';
import { parseEventLogs } from 'viem';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import type { MarketEvent } from '../chain/logs.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import type { Provider } from './context.ts';
import { noteChallenge } from './challenge-list.ts';
import { noteEndedSlot, noteHeldSlot } from './hold-slot.ts';
import { noteRetired } from './retired.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 10_000n;
/** Read again each time, so that a reorganisation of this depth is noticed. */
const OVERLAP_BLOCKS = 32n;
const SYNCED_BLOCK = 'synced-block';

/**
 * Brings the store up to the newest block: which slots are ours, which bundles were committed. The events only say which agreements
 * to look at; what is stored comes from the agreements themselves.
 */
export async function syncChain(provider: Provider): Promise<void> {
  const { chain, store } = provider;
  const head = await chain.ask('the latest block', (client) => client.getBlockNumber({ cacheTime: 0 }));
  const known = await store.fact.findUnique({ where: { key: SYNCED_BLOCK } });
  const { fromBlock } = chain.deployment;
  const again = known === null ? fromBlock : BigInt(known.value) - OVERLAP_BLOCKS;
  for (let from = again > fromBlock ? again : fromBlock; from <= head; from += BLOCKS_PER_CALL) {
    const end = from + BLOCKS_PER_CALL - 1n;
    const to = end < head ? end : head;
    const logs = await chain.ask('the market events', (client) => client.getLogs({ address: chain.deployment.market, fromBlock: from, toBlock: to }));
    for (const agreement of await touchedBy(provider, logs)) await reconcile(provider, agreement);
    await store.fact.upsert({ where: { key: SYNCED_BLOCK }, create: { key: SYNCED_BLOCK, value: String(to) }, update: { value: String(to) } });
  }
}

/** Writes down what the chain says about one agreement. */
export async function reconcile(provider: Provider, id: number): Promise<AgreementState> {
  const { store } = provider;
  const agreement = await provider.agreements.refresh(id);
  for (const { slot, provider: holder } of agreement.slots) {
    if (holder === provider.id) await noteHeldSlot(provider, agreement, slot);
  }
  const rows = await store.heldSlot.findMany({ where: { agreement: id } });
  for (const { slot, state } of rows) {
    if (state === 'held' && agreement.slots[slot]?.provider !== provider.id) await noteEndedSlot(provider, { agreement: id, slot });
  }
  if (rows.length > 0) await syncBundles(provider, agreement);
  return agreement;
}

/** The newest bundle that is known is read again: after a reorganisation another one may stand in its place. */
async function syncBundles(provider: Provider, agreement: AgreementState): Promise<void> {
  const { store, chain } = provider;
  await store.committedBundle.deleteMany({ where: { agreement: agreement.id, bundle: { gte: agreement.bundles } } });
  const known = await store.committedBundle.count({ where: { agreement: agreement.id } });
  for (let bundle = Math.max(0, known - 1); bundle < agreement.bundles; bundle++) {
    const { root, first, batches } = await readBundle(chain, agreement.id, bundle);
    const content = { root: root.toLowerCase(), first, batches };
    const where = { agreement_bundle: { agreement: agreement.id, bundle } };
    await store.committedBundle.upsert({ where, create: { agreement: agreement.id, bundle, ...content }, update: content });
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
