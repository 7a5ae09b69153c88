/** The public names of one heavy node: its own book, and what the holders of a name say. */
import type { Address, Hex } from 'viem';
import type { NodeState } from '../../chain/node-state.ts';
import { requestJson } from '../../wire/http-client.ts';
import { RecordReply } from '../../wire/named-messages.ts';
import type { OffersReply, OwnedNames, RecordOffers, RecordStored, VersionsReply } from '../../wire/named-messages.ts';
import { NAME_REPLICAS, messageOf, outranks, recordHash, summaryOf } from '../../wire/named-record.ts';
import type { NamedRecord } from '../../wire/named-record.ts';
import type { HeavyContext } from '../context.ts';
import { OFFER_TIMEOUT_MS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import { createRecordBook } from './book.ts';
import { NoSuchRecordError } from './errors.ts';
import { createKeeper } from './keeper.ts';
import { NAMES_ON_PAGE } from './limits.ts';
import { namesOf } from './rows.ts';

export interface Records {
  put(key: Hex, record: NamedRecord, options: { readonly isCopy: boolean }): Promise<RecordStored>;
  /**
   * The record that stands, or the one of a version or a hash. `isLocal`: what this node itself has; else the highest that it and the holders have.
   * @throws NoSuchRecordError
   */
  get(key: Hex, which: { readonly version?: number | undefined; readonly hash?: Hex | undefined; readonly isLocal: boolean }): Promise<RecordReply>;
  versions(key: Hex): Promise<VersionsReply>;
  /** A page of the names whose record here is of `owner`, behind the key `after`. */
  ownedBy(owner: Address, after: string): Promise<OwnedNames>;
  answer(offers: RecordOffers): Promise<OffersReply>;
  tick(): Promise<void>;
}

export function createRecords(context: HeavyContext): Records {
  const { log, signal } = context;
  const book = createRecordBook(context, (key) => keeper.changed(key));
  const keeper = createKeeper(context, () => book);

  const own = async (key: Hex, { version, hash }: { readonly version?: number | undefined; readonly hash?: Hex | undefined }): Promise<RecordReply | undefined> => {
    if (hash === undefined && version === undefined) return book.head(key);
    const record = hash !== undefined ? await book.get(key, hash) : await book.byVersion(key, version as number);
    return record === undefined ? undefined : { record, hash: recordHash(context.chain.domain, messageOf(summaryOf(record))) };
  };

  const ask = async (peer: NodeState, key: Hex, query: string): Promise<RecordReply | undefined> => {
    try {
      const { record } = await requestJson(`${peer.endpoint}/records/${key}?local=1${query}`, { schema: RecordReply, timeoutMs: OFFER_TIMEOUT_MS, signal });
      return { record, hash: await book.check(key, record) };
    } catch (error) {
      // Away, without it, or not telling the truth: to the asker all of them mean that this peer cannot help.
      log.info('records.no-help', { peer: peer.id, key, error });
      return undefined;
    }
  };

  return {
    put: (key, record, options) => book.put(key, record, options),
    async get(key, { isLocal, ...which }) {
      const mine = await own(key, which);
      const query = `${which.version === undefined ? '' : `&version=${which.version}`}${which.hash === undefined ? '' : `&hash=${which.hash}`}`;
      const others = isLocal ? [] : await mapLimited(await keeper.others(key, NAME_REPLICAS), NAME_REPLICAS, (peer) => ask(peer, key, query));
      const found = [mine, ...others].filter((one) => one !== undefined).filter((one) => which.hash === undefined || one.hash === which.hash);
      const [highest] = found.sort((a, b) => (outranks(rankOf(a), rankOf(b)) ? -1 : 1));
      if (highest === undefined) throw new NoSuchRecordError(key);
      return highest;
    },
    versions: async (key) => ({ versions: await book.list(key) }),
    async ownedBy(owner, after) {
      const page = await namesOf(context.store, owner, after, NAMES_ON_PAGE);
      return { names: page.map(({ name }) => name), next: page.length < NAMES_ON_PAGE ? null : (page.at(-1)?.key ?? null) };
    },
    answer: (offers) => keeper.answer(offers),
    tick: () => keeper.tick(),
  };
}

function rankOf({ record, hash }: RecordReply): { tenure: number; version: number; hash: Hex } {
  return { tenure: record.tenure, version: record.version, hash };
}
