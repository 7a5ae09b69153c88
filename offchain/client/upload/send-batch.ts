/** Sends the n fragments of each batch to their slots; a slot that fails is given up as long as a quorum remains. */
import type { EncodedBatch } from '../../codec/batch-line.ts';
import type { Client } from '../client.ts';
import { NotStoredError, type SlotFailure, messageOf } from '../errors.ts';
import type { AgreementView, SlotHost } from '../fetch/agreement-view.ts';
import type { Journal } from './journal.ts';
import { putFragment } from './put-fragment.ts';
import { withGrace } from './with-grace.ts';

export class BatchSender {
  readonly #client: Client;
  readonly #view: AgreementView;
  readonly #journal: Journal;
  readonly #signal: AbortSignal | undefined;
  readonly #lost = new Map<number, SlotFailure>();
  /** By slot: ends whatever is still on its way to a slot that was given up. */
  readonly #ends = new Map<number, AbortController>();

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

  /** Returns when no fragment of the batch is needed any more. @throws NotStoredError when no quorum of slots holds it */
  async send(batch: EncodedBatch): Promise<void> {
    const { policy } = this.#client;
    const { quorum } = this.#view;
    const { answers, failures } = await withGrace<SlotHost, void>({
      candidates: this.alive,
      quorum,
      start: (host, signal) => this.#put(batch, host, AbortSignal.any([signal, this.#endOf(host).signal])),
      graceMs: policy.graceMs,
      graceFactor: policy.graceFactor,
      signal: this.#signal,
    });
    for (const [host, error] of failures) this.#giveUp(host, error === undefined ? 'too slow' : messageOf(error));
    await this.#journal.noteSent(batch, [...answers.keys()]);
    if (this.alive.length >= quorum) return;
    throw new NotStoredError({ agreement: this.#view.id, have: this.alive.length, need: quorum, reasons: this.lost, stage: 'send' });
  }

  #giveUp({ slot, provider }: SlotHost, reason: string): void {
    if (this.#lost.has(slot)) return;
    this.#lost.set(slot, { slot, provider, reason });
    this.#client.health.failed(provider, reason);
    this.#ends.get(slot)?.abort();
  }

  #endOf({ slot }: SlotHost): AbortController {
    const known = this.#ends.get(slot);
    if (known !== undefined) return known;
    const end = new AbortController();
    this.#ends.set(slot, end);
    return end;
  }

  async #put(batch: EncodedBatch, host: SlotHost, signal: AbortSignal): Promise<void> {
    if (this.#journal.wasSent(batch, host)) return;
    const { slot } = host;
    const [bytes, root] = [batch.fragments[slot], batch.roots[slot]];
    if (bytes === undefined || root === undefined) throw new RangeError(`the batch has no slot ${slot}`);
    await putFragment(this.#client, { agreement: this.#view.id, batchId: batch.batchId, host, bytes, root, isResumed: this.#journal.isResumed, signal });
  }
}
