/** A creator's state in the browser's IndexedDB. Tabs share it: what one of them wrote, the others read. */
import type { ChunkRef } from '../../codec/types.ts';
import type { AgreementRow, CatalogRow, ConfirmedFragment, CreatorState, JournalKey, OpenedUpload, Owner } from './creator-state.ts';
import { inTransaction, openDatabase, resultOf } from './database.ts';
import { BusyElsewhereError } from './errors.ts';

const VERSION = 1;
/** Requests that are made before the first of them is waited for: of a hundred thousand chunks each would be an object in memory. */
const REQUESTS_AT_ONCE = 500;
const LETTERS = 'letters';

interface UploadRow extends JournalKey {
  readonly id: string;
  readonly created: number;
  readonly state: 'sending' | 'receipts' | 'committed';
  readonly bundle?: number;
  readonly root?: string;
  readonly txHash?: string | null;
}

interface FragmentRow extends ConfirmedFragment {
  readonly uploadId: string;
  readonly batch: number;
}

/**
 * @param options.name of the database: one for each market and creator
 * @throws BrowserStorageError
 */
export async function openIndexedDbState(options: { readonly name: string }): Promise<CreatorState> {
  const { name } = options;
  const database = await openDatabase(name, VERSION, create);
  // Without this the browser may drop everything when the disk gets full. Some ask their user first; what is answered changes nothing here.
  void globalThis.navigator.storage?.persist?.().catch(() => false);
  const read = <T>(stores: readonly string[], act: (open: IDBTransaction) => Promise<T>) => inTransaction(database, stores, 'readonly', act);
  const write = <T>(stores: readonly string[], act: (open: IDBTransaction) => Promise<T>) => inTransaction(database, stores, 'readwrite', act);
  const agreementIn = async (open: IDBTransaction, id: number): Promise<AgreementRow | undefined> => resultOf<AgreementRow | undefined>(open.objectStore('agreements').get(id));
  const changeAgreement = async (open: IDBTransaction, id: number, change: (row: AgreementRow) => Partial<AgreementRow>): Promise<void> => {
    const row = (await agreementIn(open, id)) ?? { agreement: id, bundles: 0, indexed: 0, sealed: false };
    await resultOf(open.objectStore('agreements').put({ ...row, ...change(row) }));
  };
  const putCatalog = (open: IDBTransaction, creator: string, row: CatalogRow): Promise<unknown> =>
    resultOf(open.objectStore('catalogs').put({ ...row, bytes: new Uint8Array(row.bytes), creator, published: false }));
  const changeUpload = (id: string, change: Partial<UploadRow>) => async (open: IDBTransaction): Promise<void> => {
    const row = await resultOf<UploadRow>(open.objectStore('uploads').get(id));
    await resultOf(open.objectStore('uploads').put({ ...row, ...change }));
  };

  return {
    claim: (creator) => write(['owners'], async (open) => {
      const [owner] = await resultOf<Owner[]>(open.objectStore('owners').getAll());
      if (owner !== undefined) return owner;
      const mine: Owner = { creator, keyCheck: null };
      await resultOf(open.objectStore('owners').put(mine));
      return mine;
    }),
    noteKeyCheck: (creator, keyCheck) => write(['owners'], async (open) => void (await resultOf(open.objectStore('owners').put({ creator, keyCheck })))),

    catalog: (creator) => read(['catalogs'], (open) => resultOf(open.objectStore('catalogs').get(creator))),
    catalogPlace: (creator) => read(['catalogs'], (open) => resultOf(open.objectStore('catalogs').get(creator))),
    notePublished: (creator) => write(['catalogs'], async (open) => {
      const row = await resultOf<object | undefined>(open.objectStore('catalogs').get(creator));
      if (row !== undefined) await resultOf(open.objectStore('catalogs').put({ ...row, published: true }));
    }),

    agreements: () => read(['agreements'], (open) => resultOf(open.objectStore('agreements').getAll())),
    agreement: (id) => read(['agreements'], (open) => agreementIn(open, id)),
    noteAgreement: (id) => write(['agreements'], (open) => changeAgreement(open, id, () => ({}))),
    noteSealed: (id) => write(['agreements'], (open) => changeAgreement(open, id, () => ({ sealed: true }))),

    saveFollowed: (creator, { catalog, bundles }) => write(['agreements', 'catalogs'], async (open) => {
      for (const [agreement, followed] of bundles) await changeAgreement(open, agreement, () => ({ bundles: followed }));
      if (catalog !== undefined) await putCatalog(open, creator, catalog);
    }),
    saveStored: (creator, { catalog, chunks }) => write(['agreements', 'catalogs', 'chunks'], async (open) => {
      await putChunks(open, chunks);
      const bundles = catalog.bundle + 1;
      await changeAgreement(open, catalog.agreement, ({ indexed }) => ({ bundles, ...(indexed >= catalog.bundle ? { indexed: bundles } : {}) }));
      await putCatalog(open, creator, catalog);
    }),
    saveIndexed: ({ agreement, bundles, chunks }) => write(['agreements', 'chunks'], async (open) => {
      await putChunks(open, chunks);
      await changeAgreement(open, agreement, () => ({ indexed: bundles }));
    }),

    countChunks: (agreement) => read(['chunks'], (open) => resultOf(open.objectStore('chunks').count(agreement === undefined ? undefined : ofAgreement(agreement)))),
    chunksAfter: (agreement, after, take) => read(['chunks'], (open) =>
      resultOf(open.objectStore('chunks').getAll(after === undefined ? ofAgreement(agreement) : IDBKeyRange.bound([agreement, own(after)], [agreement + 1], true, true), take))),
    findChunk: (agreement, chunkId) => read(['chunks'], (open) => resultOf<ChunkRef | undefined>(open.objectStore('chunks').get([agreement, own(chunkId)]))),
    forgetChunks: (agreement, bundles) => write(['chunks'], async (open) => {
      const store = open.objectStore('chunks');
      for (const bundle of bundles) {
        const keys = await resultOf(store.index('bundle').getAllKeys([agreement, bundle]));
        await inGroups(keys, (key) => store.delete(key));
      }
    }),

    openUpload: (key, nowMs) => write(['uploads', 'fragments'], (open) => openUpload(open, key, nowMs)),
    noteConfirmed: (uploadId, batch, fragments) => write(['fragments'], (open) =>
      inGroups(fragments, (fragment) => open.objectStore('fragments').put({ ...fragment, uploadId, batch }))),
    forgetConfirmed: (id, slots) => write(['fragments'], async (open) => {
      const rows = await fragmentsOf(open, id);
      await inGroups(rows.filter(({ slot }) => slots.includes(slot)), ({ batch, slot }) => open.objectStore('fragments').delete([id, batch, slot]));
    }),
    noteRoot: (id, bundle, root) => write(['uploads'], changeUpload(id, { state: 'receipts', bundle, root })),
    noteCommitted: (id, txHash) => write(['uploads', 'fragments'], async (open) => {
      await dropFragments(open, id);
      await changeUpload(id, { state: 'committed', txHash })(open);
    }),
    dropUpload: (id) => write(['uploads', 'fragments'], (open) => dropUpload(open, id)),

    readLetters: () => read(['letters'], (open) => resultOf<string | undefined>(open.objectStore('letters').get(LETTERS))),
    writeLetters: (json) => write(['letters'], async (open) => void (await resultOf(open.objectStore('letters').put(json, LETTERS)))),

    async exclusively(what, act) {
      // The browser lets go of it when the tab is closed or killed.
      return navigator.locks.request(`${name} ${what}`, { ifAvailable: true }, (lock) => {
        if (lock === null) throw new BusyElsewhereError(what);
        return act();
      });
    },
    async close() {
      database.close();
    },
  };
}

function create(database: IDBDatabase): void {
  database.createObjectStore('owners', { keyPath: 'creator' });
  database.createObjectStore('catalogs', { keyPath: 'creator' });
  database.createObjectStore('agreements', { keyPath: 'agreement' });
  database.createObjectStore('chunks', { keyPath: ['agreement', 'chunkId'] }).createIndex('bundle', ['agreement', 'bundle']);
  database.createObjectStore('uploads', { keyPath: 'id' }).createIndex('name', ['agreement', 'name']);
  database.createObjectStore('fragments', { keyPath: ['uploadId', 'batch', 'slot'] });
  database.createObjectStore('letters');
}

async function openUpload(open: IDBTransaction, key: JournalKey, nowMs: number): Promise<OpenedUpload> {
  const store = open.objectStore('uploads');
  const rows = await resultOf<UploadRow[]>(store.index('name').getAll([key.agreement, key.name]));
  const [newest] = rows.filter(({ state, sourceDigest }) => state !== 'committed' && sourceDigest === key.sourceDigest).sort((a, b) => b.created - a.created);
  if (newest !== undefined) return { id: newest.id, created: newest.created, confirmed: await fragmentsOf(open, newest.id) };
  for (const { id } of rows) await dropUpload(open, id);
  const row: UploadRow = { agreement: key.agreement, name: key.name, sourceDigest: key.sourceDigest, id: crypto.randomUUID(), created: nowMs, state: 'sending' };
  await resultOf(store.put(row));
  return { id: row.id, created: nowMs, confirmed: undefined };
}

async function dropUpload(open: IDBTransaction, id: string): Promise<void> {
  await dropFragments(open, id);
  await resultOf(open.objectStore('uploads').delete(id));
}

function dropFragments(open: IDBTransaction, id: string): Promise<unknown> {
  return resultOf(open.objectStore('fragments').delete(ofUpload(id)));
}

function fragmentsOf(open: IDBTransaction, id: string): Promise<FragmentRow[]> {
  return resultOf<FragmentRow[]>(open.objectStore('fragments').getAll(ofUpload(id)));
}

/** Arrays sort behind numbers: these are all keys that begin with the id. */
function ofUpload(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}

function ofAgreement(agreement: number): IDBKeyRange {
  return IDBKeyRange.bound([agreement], [agreement, []]);
}

/** By their keys: without deduplication a chunk may come twice. */
async function putChunks(open: IDBTransaction, chunks: Iterable<ChunkRef>): Promise<void> {
  const store = open.objectStore('chunks');
  await inGroups(chunks, ({ chunkId, agreement, size, method, bundle, batch, offset, storedSize }) => store.put({ chunkId: own(chunkId), agreement, size, method, bundle, batch, offset, storedSize }));
}

async function inGroups<T>(items: Iterable<T>, request: (item: T) => IDBRequest): Promise<void> {
  let group: Promise<unknown>[] = [];
  for (const item of items) {
    const result = resultOf<unknown>(request(item));
    // Where a later item fails, nobody waits for this one any more.
    result.catch(() => undefined);
    group.push(result);
    if (group.length < REQUESTS_AT_ONCE) continue;
    await Promise.all(group);
    group = [];
  }
  await Promise.all(group);
}

/** Just these bytes, in memory of their own: the database keeps whole buffers. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

