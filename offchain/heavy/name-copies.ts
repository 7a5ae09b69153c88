/** Copies of name records among heavy nodes: pushed after each write, pulled on a miss, and evened out after a time apart. */
import { getAddress } from 'viem';
import type { Address } from 'viem';
import { z } from 'zod';
import type { NodeState } from '../chain/node-state.ts';
import { RemoteError, requestJson } from '../wire/http-client.ts';
import { NameMessage } from '../wire/messages.ts';
import { neighboursOf } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { NoSuchNameError } from './errors.ts';
import { OFFER_TIMEOUT_MS, OUTBOX_BATCH, OUTBOX_MAX, PARALLEL_REQUESTS } from './limits.ts';
import { createNameBook } from './names.ts';
import { mapLimited } from './parallel.ts';

export const NameStored = z.object({ version: z.number().int(), stored: z.boolean() });

export interface Names {
  put(creator: Address, record: NameMessage, options: { readonly isCopy: boolean }): Promise<z.infer<typeof NameStored>>;
  /** `isLocal`: do not ask others. @throws NoSuchNameError */
  get(creator: Address, options: { readonly isLocal: boolean }): Promise<NameMessage>;
  /** Sends what waits for each peer. A peer seen for the first time since the start is sent everything: it may have been away. */
  tick(): Promise<void>;
}

export function createNames(context: HeavyContext): Names {
  const outbox = new Map<number, Set<Address>>();
  const book = createNameBook(context, (creator) => {
    for (const waiting of outbox.values()) enqueue(waiting, creator);
  });

  const greet = async (peers: readonly NodeState[]) => {
    const strangers = peers.filter(({ id }) => !outbox.has(id));
    if (strangers.length === 0) return;
    const creators = await book.creators();
    for (const { id } of strangers) {
      const waiting = new Set<Address>();
      for (const creator of creators) enqueue(waiting, creator);
      outbox.set(id, waiting);
    }
  };

  const pullFrom = async (peer: NodeState, creator: Address): Promise<void> => {
    const record = await fetchRecord(context, peer, creator);
    if (record !== undefined) await book.put(getAddress(creator), record, { isCopy: true }).catch((error: unknown) => context.log.warn('names.bad-copy', { peer: peer.id, creator, error }));
  };

  const push = async (peer: NodeState, creator: Address): Promise<void> => {
    const record = await book.get(creator);
    if (record === undefined) return;
    try {
      await requestJson(`${peer.endpoint}/names/${creator}?copy=1`, { method: 'PUT', body: record, schema: NameStored, timeoutMs: OFFER_TIMEOUT_MS, signal: context.signal });
    } catch (error) {
      if (!(error instanceof RemoteError) || error.retryable) throw error;
      // The peer has a newer one: take that. Any other refusal will not change by repeating.
      if (error.code === 'NAME_CONFLICT') await pullFrom(peer, creator);
      else context.log.warn('names.copy-refused', { peer: peer.id, creator, error });
    }
  };

  const deliver = async (peer: NodeState): Promise<void> => {
    const waiting = outbox.get(peer.id);
    if (waiting === undefined) return;
    for (const creator of [...waiting].slice(0, OUTBOX_BATCH)) {
      // Taken out first: a write that arrives during the push queues the creator again.
      waiting.delete(creator);
      try {
        await push(peer, creator);
      } catch {
        enqueue(waiting, creator);
        return;
      }
    }
  };

  return {
    async put(creator, record, options) {
      const decision = await book.put(creator, record, options);
      return { version: record.version, stored: decision === 'store' };
    },
    async get(creator, { isLocal }) {
      const own = await book.get(creator);
      if (own !== undefined) return own;
      if (!isLocal) await mapLimited(await neighboursOf(context), PARALLEL_REQUESTS, (peer) => pullFrom(peer, creator));
      const pulled = isLocal ? undefined : await book.get(creator);
      if (pulled === undefined) throw new NoSuchNameError(creator);
      return pulled;
    },
    async tick() {
      const peers = await neighboursOf(context);
      await greet(peers);
      await mapLimited(peers, PARALLEL_REQUESTS, deliver);
    },
  };
}

function enqueue(waiting: Set<Address>, creator: Address): void {
  if (waiting.size < OUTBOX_MAX) waiting.add(getAddress(creator));
}

async function fetchRecord(context: HeavyContext, peer: NodeState, creator: Address): Promise<NameMessage | undefined> {
  try {
    return await requestJson(`${peer.endpoint}/names/${creator}?local=1`, { schema: NameMessage, timeoutMs: OFFER_TIMEOUT_MS, signal: context.signal });
  } catch {
    // Down or without a record: to the asker both mean that this peer cannot help.
    return undefined;
  }
}
