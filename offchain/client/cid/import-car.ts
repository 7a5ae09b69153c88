/** Stores what a CAR holds. */
import { basename } from 'node:path';
import { CID } from 'multiformats/cid';
import type { SourceObject } from '../../codec/archive.ts';
import { readManifest } from '../../codec/decode.ts';
import type { Visibility } from '../../codec/manifest-ref.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { findVersion } from '../find-version.ts';
import type { OnProgress } from '../progress.ts';
import { type PutResult, put } from '../put.ts';
import { type CarFile, openCar } from './car-file.ts';
import { type TreeEntry, carTree } from './car-tree.ts';
import { fileBytes } from './check-file.ts';
import { BadCarError } from './errors.ts';
import { ipfsTree } from './ipfs-tree.ts';
import { type FileNode, unixNode } from './unixfs-node.ts';

export interface ImportOptions {
  readonly path: string;
  readonly name: string;
  /** Which of its roots, when it has several. */
  readonly root?: string | undefined;
  /** Public when left out. */
  readonly visibility?: Visibility | undefined;
  readonly agreement?: number | undefined;
  /** Of all files together. */
  readonly maxBytes?: number | undefined;
  readonly maxEntries?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Imported extends PutResult {
  /** The root in the archive. */
  readonly root: string;
  /** What IPFS finds it by from now on; null when it is private. */
  readonly cid: string | null;
  /** True when the root is still what it can be found by. */
  readonly keepsRoot: boolean;
  /** Blocks in the archive, all verified. */
  readonly blocks: number;
}

/** What an import would store. */
export interface CarContents {
  readonly root: string;
  readonly blocks: number;
  readonly files: number;
  readonly entries: number;
  /** Of all files. */
  readonly bytes: number;
}

/** A few bytes may unfold to anything: so much at least, and so many times the archive. */
const UNFOLDED_BYTES = 64 * 2 ** 30;
const UNFOLDED_TIMES = 100;
const MAX_ENTRIES = 1_000_000;

/**
 * Every block is verified and every name looked at before anything is stored. Files are cut anew at 1 MiB: an archive by `ipfs-car` keeps its root,
 * one with other chunks gets another CID, which the result names.
 * @throws BadCarError, BadDagError, CarTooLargeError, and what `put` throws
 */
export function importCar(client: Client, options: ImportOptions): Promise<Imported> {
  const { path, name, visibility = 'public', agreement, onProgress, signal } = options;
  return abortable(`Importing ${JSON.stringify(path)}`, signal, async () => {
    return withCar(options, async ({ car, root, tree }) => {
      const stored = await put(client, { paths: [], source: { open: () => objectsOf(car, tree()) }, name, visibility, agreement, onProgress, signal });
      const { blocks } = car;
      if (visibility === 'private') return { ...stored, root: root.toString(), cid: null, keepsRoot: false, blocks };
      const now = await treeNow(client, name, signal);
      const keepsRoot = [now?.root, now?.wrapped].some((cid) => cid?.equals(root.toV1()));
      return { ...stored, root: root.toString(), cid: (keepsRoot ? root.toV1() : now?.root)?.toString() ?? null, keepsRoot, blocks };
    });
  });
}

/** The same checks, and nothing is stored. @throws BadCarError, BadDagError, CarTooLargeError, AbortedError */
export function inspectCar(options: Omit<ImportOptions, 'visibility' | 'agreement'>): Promise<CarContents> {
  return abortable(`Looking into ${JSON.stringify(options.path)}`, options.signal, () =>
    withCar(options, async ({ car, root, tree }) => {
      let [files, entries, bytes] = [0, 0, 0];
      for await (const { kind, size } of tree()) {
        entries++;
        files += kind === 'file' ? 1 : 0;
        bytes += size;
      }
      return { root: root.toString(), blocks: car.blocks, files, entries, bytes };
    }));
}

interface OpenedCar {
  readonly car: CarFile;
  readonly root: CID;
  /** Walks anew each time. */
  tree(): AsyncIterable<TreeEntry>;
}

async function withCar<T>(options: Omit<ImportOptions, 'visibility' | 'agreement'>, use: (opened: OpenedCar) => Promise<T>): Promise<T> {
  const { path, name, onProgress, signal } = options;
  const car = await openCar(path, { signal, onProgress: (doneBytes, totalBytes) => onProgress?.({ stage: 'scan', doneBytes, totalBytes }) });
  try {
    const root = rootOf(car, options.root);
    const maxBytes = options.maxBytes ?? Math.max(UNFOLDED_BYTES, UNFOLDED_TIMES * car.sizeBytes);
    const limits = { maxBytes, maxEntries: options.maxEntries ?? MAX_ENTRIES, signal };
    return await use({ car, root, tree: () => carTree(car, root, { ...limits, fileName: fileNameOf(name) }) });
  } finally {
    await car.close();
  }
}

function rootOf({ roots }: CarFile, wanted: string | undefined): CID {
  const shown = roots.slice(0, 4).join(', ');
  if (wanted !== undefined) {
    const found = roots.find((root) => root.toString() === wanted || root.toV1().toString() === wanted);
    if (found === undefined) throw new BadCarError(`${JSON.stringify(wanted)} is none of its ${roots.length} roots (${shown})`);
    return found;
  }
  const [only] = roots;
  if (only === undefined) throw new BadCarError('it names no root');
  if (roots.length > 1) throw new BadCarError(`it has ${roots.length} roots (${shown}); choose one of them`);
  return only;
}

/** A root that is a file has no name of its own. */
function fileNameOf(name: string): string {
  const last = basename(name);
  return last === '' || last === '.' || last === '..' ? 'file' : last;
}

async function* objectsOf(car: CarFile, entries: AsyncIterable<TreeEntry>): AsyncGenerator<SourceObject, void> {
  for await (const { cid, ...info } of entries) {
    yield { ...info, open: () => (info.kind === 'file' ? bytesOf(car, cid) : nothing()) };
  }
}

async function* bytesOf(car: CarFile, cid: CID): AsyncGenerator<Uint8Array, void> {
  yield* fileBytes(car, { cid, node: unixNode(cid, await car.get(cid)) as FileNode });
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

async function treeNow(client: Client, name: string, signal: AbortSignal | undefined) {
  const { ref } = await findVersion(client, { name, signal });
  const { platform, reader } = client;
  return ipfsTree(platform, await readManifest({ platform, keys: null, source: reader.source({ signal }), signal }, ref));
}
