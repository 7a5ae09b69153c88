import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import { asDiskError, makeFolder, syncFolder, writeSynced } from './disk.ts';
import { TruncatedUploadError, UploadTooLongError } from './errors.ts';
import type { FragmentKey } from './errors.ts';

/** A fragment on disk, synced, but not yet under its name. */
export interface ReceivedFragment {
  readonly root: Uint8Array;
  /** Renames tree and bytes into place and syncs the folder. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** The folder layout: `fragments/<agreement>/<batchId>.<slot>`, its upper tree beside it as `.tree`, uploads in `incoming/`. */
export class FragmentFiles {
  readonly #fragments: string;
  readonly #incoming: string;

  private constructor(home: string) {
    this.#fragments = join(home, 'fragments');
    this.#incoming = join(home, 'incoming');
  }

  /** Opens the folders and removes what uploads left behind that a crash ended. */
  static async open(home: string): Promise<FragmentFiles> {
    const files = new FragmentFiles(home);
    await makeFolder(home);
    await rm(files.#incoming, { recursive: true, force: true });
    await makeFolder(files.#fragments);
    await makeFolder(files.#incoming);
    return files;
  }

  pathOf(key: FragmentKey): string {
    return join(this.#fragments, String(key.agreement), `${key.batchId.slice(2)}.${key.slot}`);
  }

  treePathOf(key: FragmentKey): string {
    return `${this.pathOf(key)}.tree`;
  }

  /**
   * Writes and hashes exactly `sizeBytes` bytes, then syncs. Whatever goes wrong, no file remains.
   * @throws TruncatedUploadError, UploadTooLongError, DiskFullError
   */
  async receive(key: FragmentKey, options: { readonly sizeBytes: number; readonly body: AsyncIterable<Uint8Array> }): Promise<ReceivedFragment> {
    const temporary = join(this.#incoming, randomUUID());
    const discard = async () => {
      await rm(temporary, { force: true });
      await rm(`${temporary}.tree`, { force: true });
    };
    try {
      const hasher = await writeHashed(temporary, options);
      const tree = hasher.finish();
      await writeSynced(`${temporary}.tree`, tree.upperTree);
      return { root: tree.root, keep: () => this.#keep(temporary, key), discard };
    } catch (error) {
      await discard();
      throw asDiskError(error);
    }
  }

  /** Replaces a damaged upper tree by a new one. */
  async writeTree(key: FragmentKey, upperTree: Uint8Array): Promise<void> {
    const temporary = join(this.#incoming, randomUUID());
    await writeSynced(temporary, upperTree);
    await rename(temporary, this.treePathOf(key));
    await syncFolder(join(this.#fragments, String(key.agreement)));
  }

  async remove(key: FragmentKey): Promise<void> {
    await rm(this.pathOf(key), { force: true });
    await rm(this.treePathOf(key), { force: true });
  }

  async removeAgreement(agreement: number): Promise<void> {
    await rm(join(this.#fragments, String(agreement)), { recursive: true, force: true });
  }

  /** Agreements that have a folder. */
  async agreements(): Promise<number[]> {
    return (await readdir(this.#fragments)).map(Number).filter(Number.isInteger);
  }

  /** Every stored fragment of one agreement, by its file. */
  async list(agreement: number): Promise<FragmentKey[]> {
    const keys: FragmentKey[] = [];
    for (const name of await readdir(join(this.#fragments, String(agreement)))) {
      const [, batchId, slot] = /^([0-9a-f]{64})\.(\d+)$/.exec(name) ?? [];
      if (batchId !== undefined) keys.push({ agreement, batchId: `0x${batchId}`, slot: Number(slot) });
    }
    return keys;
  }

  async #keep(temporary: string, key: FragmentKey): Promise<void> {
    const folder = join(this.#fragments, String(key.agreement));
    try {
      await makeFolder(folder);
      // The tree first: bytes under their final name always have a tree beside them.
      await rename(`${temporary}.tree`, this.treePathOf(key));
      await rename(temporary, this.pathOf(key));
      await syncFolder(folder);
    } catch (error) {
      throw asDiskError(error);
    }
  }
}

async function writeHashed(path: string, options: { readonly sizeBytes: number; readonly body: AsyncIterable<Uint8Array> }): Promise<FragmentHasher> {
  const { sizeBytes, body } = options;
  const hasher = new FragmentHasher();
  const file = await open(path, 'wx');
  let received = 0;
  try {
    for await (const piece of withoutBreaks(body, (cause) => new TruncatedUploadError({ receivedBytes: received, expectedBytes: sizeBytes, cause }))) {
      received += piece.length;
      if (received > sizeBytes) throw new UploadTooLongError(sizeBytes);
      hasher.update(piece);
      await file.writeFile(piece);
    }
    if (received < sizeBytes) throw new TruncatedUploadError({ receivedBytes: received, expectedBytes: sizeBytes });
    await file.sync();
    return hasher;
  } finally {
    await file.close();
  }
}

/** A sender that breaks off is a truncated upload, however its stream words it. Errors of the consumer pass unchanged. */
async function* withoutBreaks(body: AsyncIterable<Uint8Array>, truncated: (cause: unknown) => Error): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch((cause: unknown) => {
        throw truncated(cause);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await pieces.return?.();
  }
}
