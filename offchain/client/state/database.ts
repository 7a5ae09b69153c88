/** IndexedDB as promises, for the few calls that are made of it. */
import { BrowserStorageError } from './errors.ts';

/** @throws BrowserStorageError */
export async function openDatabase(name: string, version: number, upgrade: (database: IDBDatabase, from: number) => void): Promise<IDBDatabase> {
  if (!('indexedDB' in globalThis)) throw new BrowserStorageError('it has no IndexedDB');
  const request = indexedDB.open(name, version);
  return new Promise((resolve, reject) => {
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
    request.onblocked = () => reject(new BrowserStorageError('another tab keeps an older version of it open'));
    request.onerror = () => reject(asStorageError(request.error));
    request.onsuccess = () => {
      const database = request.result;
      // A newer version of the page wants to change it: better that this tab stops than that both wait.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

/** The result of one request. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(asStorageError(request.error));
  });
}

/**
 * Runs `act` in one transaction. It may wait for nothing but requests of this transaction. Written bytes are on disk when it returns.
 * @throws BrowserStorageError; what `act` throws, and then nothing of it was written
 */
export async function inTransaction<T>(database: IDBDatabase, stores: readonly string[], mode: 'readonly' | 'readwrite', act: (open: IDBTransaction) => Promise<T>): Promise<T> {
  let open: IDBTransaction;
  try {
    open = database.transaction([...stores], mode, { durability: 'strict' });
  } catch (cause) {
    throw new BrowserStorageError('it was closed, for this site was updated in another tab or its data was cleared; load the page anew', cause);
  }
  const done = new Promise<void>((resolve, reject) => {
    open.oncomplete = () => resolve();
    open.onabort = () => reject(asStorageError(open.error));
  });
  // Whoever waits below is told; a failure before that must not count as one that nobody saw.
  done.catch(() => undefined);
  let result: T;
  try {
    result = await act(open);
  } catch (error) {
    try {
      open.abort();
    } catch {
      // It ended by itself.
    }
    throw error;
  }
  await done;
  return result;
}

function asStorageError(cause: DOMException | null): BrowserStorageError {
  if (cause?.name === 'QuotaExceededError') return new BrowserStorageError('the disk, or what the browser lets this site have of it, is full', cause);
  if (cause?.name === 'VersionError') return new BrowserStorageError('a newer version of this page has used it; load the page anew', cause);
  return new BrowserStorageError(cause?.message ?? 'it broke off', cause);
}
