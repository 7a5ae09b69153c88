/** Sees to it that the holders of every name that is kept here have all of its versions, and lets go of names that others keep. */
import type { Hex } from 'viem';
import type { NodeState } from '../../chain/node-state.ts';
import { HoldfastError } from '../../wire/errors.ts';
import { requestJson } from '../../wire/http-client.ts';
import { NAME_REPLICAS } from '../../wire/named-record.ts';
import { OffersReply, RecordReply, RecordStored } from '../../wire/named-messages.ts';
import type { RecordOffers } from '../../wire/named-messages.ts';
import { rendezvous } from '../../wire/rendezvous.ts';
import type { HeavyContext } from '../context.ts';
import { OFFER_TIMEOUT_MS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import type { RecordBook } from './book.ts';
import { Confirmed } from './confirmed.ts';
import { CHANGED_MAX, COPIES_PER_ROUND, NAMES_PER_ROUND, OFFER_NAMES, PEERS_AT_ONCE, RANKS_PER_ROUND } from './limits.ts';
import { createPeers } from './peers.ts';
import { dropName, keysAfter, versionsOf } from './rows.ts';

export interface Keeper {
  /** A name has a new version here: its holders hear of it in the next round. */
  changed(key: Hex): void;
  /** What one node offers and another one answers. */
  answer(offers: RecordOffers): Promise<OffersReply>;
  /** The first of the key's order that answer, this node left out. */
  others(key: Hex, count: number): Promise<NodeState[]>;
  tick(): Promise<void>;
}

type Offered = RecordOffers['names'][number];

export function createKeeper(context: HeavyContext, book: () => RecordBook, nowMs: () => number = () => performance.now()): Keeper {
  const { store, log, signal, settings } = context;
  const confirmed = new Confirmed(settings.records.refreshMs, nowMs);
  const peers = createPeers(context, (id) => confirmed.forget(id), nowMs);
  const waiting = new Set<Hex>();
  /** Since when all holders have a name that is not this node's to keep. */
  const spareSince = new Map<Hex, number>();
  const sharing = new Set<number>();
  let walkedTo = '';

  const hashesOf = async (key: Hex): Promise<Hex[]> => (await versionsOf(store, key)).map(({ hash }) => hash).sort();

  const ordered = async (key: Hex, live: readonly NodeState[]): Promise<NodeState[]> => {
    const byId = new Map(live.map((node) => [node.id, node]));
    return rendezvous(key, [...byId.keys()]).map((id) => byId.get(id) as NodeState);
  };

  const nextKeys = async (nodes: number): Promise<Hex[]> => {
    const limit = Math.max(1, Math.min(NAMES_PER_ROUND, Math.floor(RANKS_PER_ROUND / Math.max(1, nodes))));
    const changed = [...waiting].slice(0, limit);
    for (const key of changed) waiting.delete(key);
    const walked = await keysAfter(store, walkedTo, limit);
    walkedTo = walked.length < limit ? '' : (walked.at(-1) as Hex);
    if (walkedTo === '') sharing.clear();
    return [...new Set([...changed, ...walked])];
  };

  /** Which names to offer to whom. */
  const plan = async (): Promise<Map<NodeState, Offered[]>> => {
    const live = await peers.live();
    const keys = await nextKeys(live.length);
    const offers = new Map<NodeState, Offered[]>();
    for (const key of keys) {
      const hashes = await hashesOf(key);
      if (hashes.length === 0) continue;
      const holders = (await ordered(key, live)).slice(0, NAME_REPLICAS);
      const others = holders.filter(({ id }) => id !== context.id);
      const missing = others.filter(({ id }) => !confirmed.has(id, key, hashes.join()));
      for (const node of others) sharing.add(node.id);
      for (const node of missing) offers.set(node, [...(offers.get(node) ?? []), { key, hashes }]);
      await letGo(key, { isSpare: others.length === NAME_REPLICAS && missing.length === 0 });
    }
    return offers;
  };

  /** Full holders, all confirmed, and this node is none of them: after a while its copy goes. */
  const letGo = async (key: Hex, { isSpare }: { readonly isSpare: boolean }): Promise<void> => {
    if (!isSpare) return void spareSince.delete(key);
    const since = spareSince.get(key) ?? nowMs();
    spareSince.set(key, since);
    if (nowMs() - since < settings.records.dropAfterMs) return;
    spareSince.delete(key);
    await dropName(store, key);
    log.info('records.let-go', { key });
  };

  const offer = async (peer: NodeState, names: readonly Offered[]): Promise<void> => {
    const body = { names: names.slice(0, OFFER_NAMES) };
    const reply = await requestJson(`${peer.endpoint}/records/offers`, { method: 'POST', body, schema: OffersReply, timeoutMs: OFFER_TIMEOUT_MS, signal });
    peers.heard(peer.id);
    let copies = 0;
    for (const { key, hashes } of body.names) {
      const answer = reply.names.find((one) => one.key === key);
      const wanted = (answer?.wanted ?? []).filter((hash) => hashes.includes(hash));
      const besides = (answer?.besides ?? []).filter((hash) => !hashes.includes(hash));
      copies += wanted.length + besides.length;
      if (copies > COPIES_PER_ROUND) return;
      for (const hash of wanted) await apart(peer, key, () => push(peer, key, hash));
      for (const hash of besides) await apart(peer, key, () => pull(peer, key, hash));
      if (answer !== undefined) confirmed.set(peer.id, key, (await hashesOf(key)).join());
    }
  };

  /** A record that one of both refuses will not change by repeating, and holds up no other one. */
  const apart = async (peer: NodeState, key: Hex, copy: () => Promise<void>): Promise<void> => {
    try {
      await copy();
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.retryable) throw error;
      log.warn('records.copy-refused', { peer: peer.id, key, error });
    }
  };

  const push = async (peer: NodeState, key: Hex, hash: Hex): Promise<void> => {
    const record = await book().get(key, hash);
    if (record !== undefined) await requestJson(`${peer.endpoint}/records/${key}?copy=1`, { method: 'PUT', body: record, schema: RecordStored, timeoutMs: OFFER_TIMEOUT_MS, signal });
  };

  const pull = async (peer: NodeState, key: Hex, hash: Hex): Promise<void> => {
    const { record } = await requestJson(`${peer.endpoint}/records/${key}?hash=${hash}&local=1`, { schema: RecordReply, timeoutMs: OFFER_TIMEOUT_MS, signal });
    await book().put(key, record, { isCopy: true });
  };

  return {
    changed(key) {
      if (waiting.size < CHANGED_MAX) waiting.add(key);
    },
    async answer({ names }) {
      return {
        names: await Promise.all(names.map(async ({ key, hashes }) => {
          const own = (await versionsOf(store, key)).map(({ hash }) => hash);
          return { key, wanted: hashes.filter((hash) => !own.includes(hash)), besides: own.filter((hash) => !hashes.includes(hash)) };
        })),
      };
    },
    async others(key, count) {
      return (await ordered(key, await peers.live())).filter(({ id }) => id !== context.id).slice(0, count);
    },
    async tick() {
      await peers.probe(sharing);
      const offers = await plan();
      await mapLimited([...offers], PEERS_AT_ONCE, async ([peer, names]) => {
        try {
          await offer(peer, names);
        } catch (error) {
          peers.heard(peer.id, error);
          log.warn('records.offer-failed', { peer: peer.id, names: names.length, error });
        }
      });
    },
  };
}
