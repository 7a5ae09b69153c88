/** Asks heavy nodes who keeps a content that is not known here. Nothing that they say is believed: the manifest must be of the CID. */
import { findKept } from '../../../client/adopt/find-kept.ts';
import { Gate } from '../../../client/gate.ts';
import type { IndexContext } from './context.ts';
import { dropContent, keysOf } from './rows.ts';
import { indexLocation } from './sync-names.ts';

/** CIDs that nobody knew; the oldest is forgotten. */
const UNKNOWN_KEPT = 10_000;
const SEARCH_MS = 30_000;
/** Searches that may wait for others. */
const WAITING_MAX = 256;

export class Search {
  readonly #context: IndexContext;
  readonly #gate: Gate;
  readonly #unknown = new Map<string, number>();
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(context: IndexContext) {
    this.#context = context;
    this.#gate = new Gate(context.settings.network.searchesAtOnce);
  }

  /** True when the content is in the index now. Whoever asks for the same shares one search, so no single asker ends it. */
  async find(contentId: string): Promise<boolean> {
    const { network } = this.#context.settings;
    if (!network.enabled || (this.#unknown.get(contentId) ?? 0) > Date.now()) return false;
    const running = this.#running.get(contentId);
    if (running !== undefined) return running;
    if (this.#running.size >= WAITING_MAX) return false;
    const search = this.#gate.run(() => this.#search(contentId)).finally(() => this.#running.delete(contentId));
    this.#running.set(contentId, search);
    return search;
  }

  async #search(contentId: string): Promise<boolean> {
    const { client, log, settings } = this.#context;
    const signal = AbortSignal.timeout(SEARCH_MS);
    try {
      for (const { location } of await findKept(client, { contentId, signal })) {
        try {
          if (!(await indexLocation(this.#context, { key: `kept/${contentId}`, origin: 'kept', location, signal }))) continue;
          await this.#makeRoom();
          return true;
        } catch (error) {
          signal.throwIfAborted();
          log.warn('ipfs.place', { contentId, error });
        }
      }
    } catch (error) {
      log.warn('ipfs.search', { contentId, error });
    }
    this.#unknown.set(contentId, Date.now() + 1_000 * settings.network.unknownSeconds);
    const oldest = this.#unknown.keys().next().value;
    if (this.#unknown.size > UNKNOWN_KEPT && oldest !== undefined) this.#unknown.delete(oldest);
    return false;
  }

  async #makeRoom(): Promise<void> {
    const { store, settings } = this.#context;
    const keys = await keysOf(store, 'kept');
    for (const key of keys.slice(0, Math.max(0, keys.length - settings.network.maxContents))) await dropContent(store, key);
  }
}
