/** Sends the n fragments of each batch to their slots; a slot that fails is given up as long as a quorum remains. */
import { hexToBytes, toHex } from 'viem';
import type { EncodedBatch } from '../../codec/bundle-writer.ts';
import { equal } from '../../codec/bytes.ts';
import { putBytes } from '../../wire/http-client.ts';
import { FragmentStored } from '../../wire/messages.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import type { Client } from '../client.ts';
import { NotStoredError, type SlotFailure, messageOf } from '../errors.ts';
import type { AgreementView, SlotHost } from '../fetch/agreement-view.ts';
import type { Journal } from './journal.ts';
import { retrying } from './retrying.ts';
import { withGrace } from './with-grace.ts';

export class BatchSender {
  readonly #client: Client;
  readonly #view: AgreementView;
  readonly #journal: Journal;
  readonly #signal: AbortSignal | undefined;
  readonly #lost = new Map<number, SlotFailure>();

  constructor(options: { readonly client: Client; readonly view: AgreementView; readonly journal: Journal; readonly signal?: AbortSignal | undefined }) {
    this.#client = options.client;
    this.#view = options.view;
    this.#journal = options.journal;
    this.#signal = options.signal;
  }

  /** Slots that lack at least one batch. */
  get lost(): readonly SlotFailure[] {
    return [...this.#lost.values()];
  }

  /** Slots that confirmed every batch so far. */
  get alive(): readonly SlotHost[] {
    return this.#view.hosts.filter(({ slot }) => !this.#lost.has(slot));
  }

  /** @throws NotStoredError when no quorum of slots holds the batch */
  async send(batch: EncodedBatch): Promise<void> {
    const { policy } = this.#client;
    const { quorum } = this.#view;
    const { answers, failures } = await withGrace<SlotHost, void>({
      candidates: this.alive,
      quorum,
      start: (host, signal) => retrying(policy, signal, () => this.#put(batch, host, signal)),
      graceMs: policy.graceMs,
      graceFactor: policy.graceFactor,
      signal: this.#signal,
    });
    for (const [{ slot, provider }, error] of failures) {
      const reason = error === undefined ? 'too slow' : messageOf(error);
      this.#lost.set(slot, { slot, provider, reason });
      this.#client.health.failed(provider, reason);
    }
    await this.#journal.noteSent(batch, [...answers.keys()]);
    if (this.alive.length >= quorum) return;
    throw new NotStoredError({ agreement: this.#view.id, have: this.alive.length, need: quorum, reasons: this.lost, stage: 'send' });
  }

  async #put(batch: EncodedBatch, host: SlotHost, signal: AbortSignal): Promise<void> {
    if (this.#journal.wasSent(batch, host)) return;
    const body = batch.fragments[host.slot] as Uint8Array;
    const expected = batch.roots[host.slot] as Uint8Array;
    const url = `${host.endpoint}/agreements/${this.#view.id}/batches/${toHex(batch.batchId)}/fragments/${host.slot}`;
    // With the root the provider can refuse what was damaged on the way, and replace what it holds damaged.
    const headers = { ...(await this.#client.sessions.headers(this.#view.id)), 'x-holdfast-root': toHex(expected) };
    const { root } = await putBytes(url, { body, headers, schema: FragmentStored, idleMs: this.#client.policy.idleMs, signal });
    if (!equal(hexToBytes(root), expected)) throw new TransportError(url, 'stored other bytes than were sent', { code: 'WRONG_ROOT' });
  }
}
