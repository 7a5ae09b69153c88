/** What libp2p remembers about peers and routes, in memory and bounded: the oldest entry of a kind goes when there are too many. */
import type { Libp2pInit } from 'libp2p';
import { RECORDS_MAX } from './limits.ts';

type Datastore = NonNullable<Libp2pInit['datastore']>;
type Key = Parameters<Datastore['get']>[0];
type Query = Parameters<Datastore['query']>[0];
type KeyQuery = Parameters<Datastore['queryKeys']>[0];
type Pair = { key: Key; value: Uint8Array };

class NotFoundError extends Error {
  /** libp2p looks at the name. */
  override readonly name = 'NotFoundError';
}

/** Peers can add entries by claiming to hold something, so the libraries' own unbounded store would let them fill the memory. */
export function createBoundedDatastore(options: { readonly maxEntries?: number } = {}): Datastore & { readonly size: number } {
  const { maxEntries = RECORDS_MAX } = options;
  const entries = new Map<string, Pair>();

  const put = (key: Key, value: Uint8Array): Key => {
    entries.delete(key.toString());
    entries.set(key.toString(), { key, value });
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries) break;
      entries.delete(oldest);
    }
    return key;
  };
  const get = (key: Key): Uint8Array => {
    const found = entries.get(key.toString());
    if (found === undefined) throw new NotFoundError(`There is no entry ${key.toString()}.`);
    return found.value;
  };
  const remove = (key: Key): void => void entries.delete(key.toString());
  const select = (query: Query): Pair[] => {
    const { prefix, filters = [], orders = [], offset = 0, limit } = query;
    let found = [...entries.values()].filter(({ key }) => prefix === undefined || key.toString().startsWith(prefix));
    for (const filter of filters) found = found.filter(filter);
    for (const order of orders) found = found.sort(order);
    return found.slice(offset, limit === undefined ? undefined : offset + limit);
  };

  return {
    get size() {
      return entries.size;
    },
    put,
    get,
    has: (key) => entries.has(key.toString()),
    delete: remove,
    async *putMany(source) {
      for await (const { key, value } of source) yield put(key, value);
    },
    async *getMany(source) {
      for await (const key of source) yield { key, value: get(key) };
    },
    async *deleteMany(source) {
      for await (const key of source) {
        remove(key);
        yield key;
      }
    },
    *query(query) {
      yield* select(query);
    },
    *queryKeys({ filters = [], orders = [], ...query }: KeyQuery) {
      let keys = select({ ...(query.prefix === undefined ? {} : { prefix: query.prefix }) }).map(({ key }) => key);
      for (const filter of filters) keys = keys.filter(filter);
      for (const order of orders) keys = keys.sort(order);
      const { offset = 0, limit } = query;
      yield* keys.slice(offset, limit === undefined ? undefined : offset + limit);
    },
    batch() {
      const acts: (() => void)[] = [];
      return {
        put: (key, value) => void acts.push(() => put(key, value)),
        delete: (key) => void acts.push(() => remove(key)),
        commit: async () => {
          for (const act of acts.splice(0)) act();
        },
      };
    },
  };
}
