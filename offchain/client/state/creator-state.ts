/**
 * What a creator's client writes down: whose it is, the newest catalog, how far each agreement was followed, where chunks lie, uploads under way, letters. All of it
 * is a copy of what chain and network have; losing it costs time. Each call is one transaction, durable when it returns.
 */
import type { ChunkRef } from '../../codec/types.ts';

export interface Owner {
  /** Address. */
  readonly creator: string;
  /** Public mark of the master key; null as long as none was derived. */
  readonly keyCheck: string | null;
}

/** The bundle that carried a catalog, and its place in their order. */
export interface CatalogPlace {
  readonly sequence: number;
  readonly agreement: number;
  readonly bundle: number;
}

export interface CatalogRow extends CatalogPlace {
  /** Encoded, resolved: every version names its bundle. */
  readonly bytes: Uint8Array;
}

export interface AgreementRow {
  readonly agreement: number;
  /** Bundles [0, bundles) are in the catalog. */
  readonly bundles: number;
  /** Bundles [0, indexed) are in the chunk index. */
  readonly indexed: number;
  /** The agreement's heavy node took the seal key. */
  readonly sealed: boolean;
}

export interface JournalKey {
  readonly agreement: number;
  readonly name: string;
  /** Of sources and options: the same digest is the same upload. */
  readonly sourceDigest: string;
}

/** A fragment that a provider confirmed. */
export interface ConfirmedFragment {
  readonly slot: number;
  /** 0x hex. */
  readonly batchId: string;
  readonly root: string;
  readonly provider: number;
}

export interface OpenedUpload {
  readonly id: string;
  /** Milliseconds since 1970, of the first attempt. */
  readonly created: number;
  /** Undefined for a new one. */
  readonly confirmed: readonly ConfirmedFragment[] | undefined;
}

export interface UploadState {
  /** The upload of this key that was not committed, else a new one; rows of other uploads of the name are dropped then. */
  openUpload(key: JournalKey, nowMs: number): Promise<OpenedUpload>;
  /** Replaces what was noted of these slots and this batch. */
  noteConfirmed(id: string, batch: number, fragments: readonly ConfirmedFragment[]): Promise<void>;
  forgetConfirmed(id: string, slots: readonly number[]): Promise<void>;
  noteRoot(id: string, bundle: number, root: string): Promise<void>;
  noteCommitted(id: string, txHash: string | null): Promise<void>;
  dropUpload(id: string): Promise<void>;
}

export interface ChunkState {
  countChunks(agreement?: number): Promise<number>;
  /** In the order of their ids, those behind `after`. */
  chunksAfter(agreement: number, after: Uint8Array | undefined, take: number): Promise<ChunkRef[]>;
  findChunk(agreement: number, chunkId: Uint8Array): Promise<ChunkRef | undefined>;
  forgetChunks(agreement: number, bundles: readonly number[]): Promise<void>;
}

export interface LetterState {
  /** Undefined: none was ever kept. */
  readLetters(): Promise<string | undefined>;
  writeLetters(json: string): Promise<void>;
}

export interface CreatorState extends UploadState, ChunkState, LetterState {
  /** Makes it this creator's when it is nobody's; whose it is then. */
  claim(creator: string): Promise<Owner>;
  noteKeyCheck(creator: string, keyCheck: string): Promise<void>;

  catalog(creator: string): Promise<(CatalogRow & { readonly published: boolean }) | undefined>;
  /** As `catalog`, without reading its bytes. */
  catalogPlace(creator: string): Promise<CatalogPlace | undefined>;
  notePublished(creator: string): Promise<void>;

  agreements(): Promise<AgreementRow[]>;
  agreement(id: number): Promise<AgreementRow | undefined>;
  /** A new one, of which nothing is known. */
  noteAgreement(id: number): Promise<void>;
  noteSealed(id: number): Promise<void>;

  /** One step along the chain. A catalog that is written is not published yet. */
  saveFollowed(creator: string, step: { readonly catalog?: CatalogRow | undefined; readonly bundles: Iterable<readonly [agreement: number, bundles: number]> }): Promise<void>;
  /** One's own new bundle. Counts as indexed where all before it are. */
  saveStored(creator: string, step: { readonly catalog: CatalogRow; readonly chunks: Iterable<ChunkRef> }): Promise<void>;
  saveIndexed(step: { readonly agreement: number; readonly bundles: number; readonly chunks: Iterable<ChunkRef> }): Promise<void>;

  /**
   * Runs `act` unless somebody else who shares this state does the same thing right now (another tab). Ends with its holder, however that ends.
   * @throws BusyElsewhereError
   */
  exclusively<T>(what: string, act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
