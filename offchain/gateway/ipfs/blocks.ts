/** Blocks by their CIDs, made of what is stored. None leaves unless its bytes are those of its CID. */
import { hexToBytes } from 'viem';
import type { CID } from 'multiformats/cid';
import { openRecord } from '../../codec/open-record.ts';
import { isBlockOf, isIdentity } from '../../client/cid/verify-block.ts';
import type { PayloadReader } from '../../client/fetch/payload-reader.ts';
import { payloadsOf } from '../../client/named/open-location.ts';
import { BlockCache } from './block-cache.ts';
import { BlockLateError, BlockLostError, GatewayError, NotHereError } from './errors.ts';
import type { IndexContext } from './index/context.ts';
import { type BlockRow, dropContent, findBlock, isGone, readContent, touch } from './index/rows.ts';
import { Search } from './index/search.ts';
import { digestOf } from './request-cid.ts';

type Found = Awaited<ReturnType<typeof findBlock>>;

/** Readers of other people's contents that are kept; each has some memory of its own. */
const READERS_KEPT = 8;

export class Blocks {
  readonly #context: IndexContext;
  readonly #search: Search;
  readonly #refresh: () => Promise<void>;
  readonly #readers = new Map<string, PayloadReader>();
  readonly #cache = new BlockCache();

  /** `refresh` brings the index up to the owner's catalog, unless it was just done. */
  constructor(context: IndexContext, refresh: () => Promise<void>) {
    this.#context = context;
    this.#search = new Search(context);
    this.#refresh = refresh;
  }

  /**
   * Makes sure that the root of a request is known, wherever it is to be found.
   * @throws GatewayError 404, 410 when the owner deleted it, 412 when it is not known and `onlyIfHere`
   */
  async require(cid: CID, { onlyIfHere }: { readonly onlyIfHere: boolean }): Promise<void> {
    if (isIdentity(cid) || (await this.#find(cid)).length > 0) return;
    if (onlyIfHere) throw new GatewayError(412, 'NOT_CACHED', `${cid} is not known here, and was to be sent only if it is.`);
    if (digestOf(cid) === undefined) throw new NotHereError(`${cid} is named by a hash that no block here has: they have SHA-256.`);
    await this.#refresh();
    if ((await this.#find(cid)).length > 0) return;
    const contentId = cid.toV1().toString();
    if ((await this.#search.find(contentId)) && (await this.#find(cid)).length > 0) return;
    if (await isGone(this.#context.store, contentId)) throw new GatewayError(410, 'GONE', `${cid} was deleted by its owner.`);
    throw new NotHereError(`Nobody is known to keep ${cid}.`);
  }

  /** @throws NotHereError */
  async sizeOf(cid: CID): Promise<number> {
    if (isIdentity(cid)) return cid.multihash.digest.length;
    const [first] = await this.#find(cid);
    if (first === undefined) throw missing(cid);
    return first.row.sizeBytes;
  }

  /** The verified bytes; they may lie in a cache, so nobody writes to them. @throws NotHereError, BlockLostError, BlockLateError */
  async get(cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
    if (isIdentity(cid)) return cid.multihash.digest;
    const digest = digestOf(cid);
    if (digest === undefined) throw missing(cid);
    const cached = this.#cache.get(digest);
    if (cached !== undefined) return cached;
    const found = await this.#find(cid);
    if (found.length === 0) throw missing(cid);
    const bytes = await this.#read(cid, found, signal);
    this.#cache.set(digest, bytes);
    return bytes;
  }

  async #find(cid: CID): Promise<Found> {
    const digest = digestOf(cid);
    return digest === undefined ? [] : findBlock(this.#context.store, digest);
  }

  async #read(cid: CID, found: Found, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { log, settings, store } = this.#context;
    const late = AbortSignal.timeout(1_000 * settings.blockSeconds);
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    let failure: unknown;
    for (const { key, row } of found) {
      try {
        const bytes = await this.#readRow(key, row, either);
        if (isBlockOf(cid, bytes) !== true) throw new Error('its bytes are not those of its CID');
        return bytes;
      } catch (error) {
        signal?.throwIfAborted();
        if (late.aborted) throw new BlockLateError(cid.toString(), settings.blockSeconds);
        failure = error;
        log.warn('ipfs.block', { cid: cid.toString(), content: key, error });
        this.#readers.delete(key);
        // Made anew when it is asked for again: an index may be damaged, and what others keep may lie elsewhere by now.
        if ('node' in row.at || key.startsWith('kept/')) await dropContent(store, key);
      }
    }
    throw new BlockLostError(cid.toString(), failure);
  }

  async #readRow(key: string, { digest, sizeBytes, at }: BlockRow, signal: AbortSignal): Promise<Uint8Array> {
    if ('node' in at) return at.node;
    const { method, ...place } = at.place;
    const reader = await this.#reader(key);
    return openRecord(this.#context.client.platform, { keys: null, chunkId: hexToBytes(digest as `0x${string}`), size: sizeBytes, method, stored: await reader.source({ signal }).read(place) });
  }

  async #reader(key: string): Promise<PayloadReader> {
    const { client, store } = this.#context;
    if (key.startsWith('own/')) return client.reader;
    const known = this.#readers.get(key);
    this.#readers.delete(key);
    if (known !== undefined) {
      this.#readers.set(key, known);
      return known;
    }
    const content = await readContent(store, key);
    if (content?.location === undefined) throw new Error(`content ${key} is not in the index any more`);
    await touch(store, key);
    const reader = payloadsOf(client, content.location);
    this.#readers.set(key, reader);
    const oldest = this.#readers.keys().next().value;
    if (this.#readers.size > READERS_KEPT && oldest !== undefined) this.#readers.delete(oldest);
    return reader;
  }
}

function missing(cid: CID): NotHereError {
  return new NotHereError(`Block ${cid} is not known here.`);
}
