import type { Hex } from 'viem';
import type { OpenFile } from '../../store/files.ts';
import type { ByteRange } from '../../proof/subtree.ts';
import type { FragmentKey } from '../errors.ts';

/** A fragment that is being read. */
export type ReadableFile = Pick<OpenFile, 'read' | 'sizeBytes' | 'close'>;

/** A fragment that was received and checked, in a file of the disk with its upper tree beside it as `.tree`. */
export interface Spooled {
  readonly path: string;
  readonly sizeBytes: number;
  readonly root: Hex;
}

/**
 * Where whole fragments and their upper trees rest: files on a disk, or objects in a bucket. What is missing is an error with the code ENOENT; whatever
 * else goes wrong says nothing about the fragments.
 */
export interface FragmentShelf {
  /** For people: a folder or a bucket's address. */
  readonly place: string;
  /** Makes sure that it is there, and this node's. */
  open(): Promise<void>;
  close(): void;
  /** What a fragment is called here. */
  nameOf(key: FragmentKey): string;
  /** Its upper tree. */
  treeNameOf(key: FragmentKey): string;
  /** `window`: the bytes that are read first; a bucket is asked for so many at a time. @throws ENOENT */
  read(key: FragmentKey, window: ByteRange): Promise<ReadableFile>;
  /** @throws ENOENT */
  readTree(key: FragmentKey): Promise<Uint8Array>;
  /** Moves what was received into its place. Durable, and gone from where it was, when it returns. */
  keep(key: FragmentKey, spooled: Spooled): Promise<void>;
  /** Replaces a damaged upper tree by a new one. It is derived data: torn by a crash, it is made again. */
  writeTree(key: FragmentKey, upperTree: Uint8Array): Promise<void>;
  remove(key: FragmentKey): Promise<void>;
  removeAgreement(agreement: number): Promise<void>;
  has(key: FragmentKey): Promise<boolean>;
  /** Agreements that anything is here of. */
  agreements(): Promise<number[]>;
  /** Every fragment of one agreement that lies here. */
  list(agreement: number): Promise<FragmentKey[]>;
  /** How much more it takes. */
  freeBytes(): Promise<bigint>;
  /** Writes something small. @throws what writing a fragment would */
  probe(): Promise<void>;
  /** Why nothing can be read now, where that is known. */
  trouble(): string | undefined;
}

const NAME = /^([0-9a-f]{64})\.(\d{1,5})$/;

/** `<batchId>.<slot>` */
export function fragmentName({ batchId, slot }: FragmentKey): string {
  return `${batchId.slice(2)}.${slot}`;
}

/** Undefined for whatever else lies there. */
export function keyOfName(agreement: number, name: string): FragmentKey | undefined {
  const [, batchId, slot] = NAME.exec(name) ?? [];
  return batchId === undefined ? undefined : { agreement, batchId: `0x${batchId}`, slot: Number(slot) };
}
