/** What a gateway needs of a store of objects: buckets, versions, pages, uploads in parts. Types only; `open.ts` opens one. */

/** True only when it would survive what `durability` names: see README.md. */
export type Durability = 'network' | 'spool';

export type Versioning = 'off' | 'enabled' | 'suspended';

/** Names to values. Keys and values are any well-formed text. */
export type Tags = Readonly<Record<string, string>>;

// ---------------------------------------------------------------- buckets

export interface LifecycleFilter {
  readonly prefix?: string | undefined;
  /** All of them must be there. */
  readonly tags?: Tags | undefined;
  /** Exclusive bounds, bytes. */
  readonly largerThanBytes?: number | undefined;
  readonly smallerThanBytes?: number | undefined;
}

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly filter: LifecycleFilter;
  /** `date`: Unix milliseconds. */
  readonly expiration?: { readonly days?: number | undefined; readonly date?: number | undefined; readonly expiredDeleteMarker?: boolean | undefined } | undefined;
  readonly noncurrent?: { readonly days: number; readonly newerVersions?: number | undefined } | undefined;
  readonly abortUploadsAfterDays?: number | undefined;
}

export interface CorsRule {
  readonly id?: string | undefined;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
}

export interface BucketSettings {
  readonly versioning: Versioning;
  readonly lifecycle: readonly LifecycleRule[];
  readonly cors: readonly CorsRule[];
  readonly tags: Tags;
}

export interface Bucket extends BucketSettings {
  readonly name: string;
  readonly createdMs: number;
}

// ---------------------------------------------------------------- versions

/** What the writer said of an object; the store gives it back as it is. */
export interface ObjectHeaders {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly expires?: string | undefined;
  readonly redirect?: string | undefined;
  readonly storageClass?: string | undefined;
  /** Without `x-amz-meta-`, lower case. */
  readonly user?: Readonly<Record<string, string>> | undefined;
}

/** Kept for the protocol: the store does not compute it. */
export interface Checksum {
  /** CRC32, CRC32C, CRC64NVME, SHA1, SHA256. */
  readonly algorithm: string;
  /** Base64; of several parts with `-N`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface ObjectPart {
  readonly number: number;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum?: Checksum | undefined;
}

/** One version of one key, or a delete marker. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `null` (the text) for what was written while versioning was not enabled. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  /** Hexadecimal MD5, or `<md5 of md5s>-<parts>`; without quotes; empty for markers. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly headers: ObjectHeaders;
  readonly tags: Tags;
  readonly checksum?: Checksum | undefined;
  /** Of an object that was stored in parts: their sizes in order. */
  readonly partSizes?: readonly number[] | undefined;
  /** True as long as it lies in the spool only. */
  readonly isSpooled: boolean;
}

/** Judged together with the write: no other write comes between. `*`: any version. ETags without quotes. */
export interface WriteCondition {
  readonly ifMatch?: readonly string[] | '*' | undefined;
  readonly ifNoneMatch?: readonly string[] | '*' | undefined;
}

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

export interface PlaceOfVersion extends Place {
  /** The newest when left out. */
  readonly versionId?: string | undefined;
}

/**
 * Bytes on their way in. A body that throws, or is of another size than `sizeBytes` says, leaves nothing behind. A piece is the store's until it asks for
 * the next one; it is never written to.
 */
export interface Incoming {
  readonly body: AsyncIterable<Uint8Array>;
  /** Where it is known. With it, a lack of space is told before anything is read. */
  readonly sizeBytes?: number | undefined;
  /** Hexadecimal MD5 that the bytes must have: BAD_DIGEST else. */
  readonly md5?: string | undefined;
  /** Asked once the body has been read. */
  readonly checksum?: (() => Checksum | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends Place, Incoming {
  readonly headers?: ObjectHeaders | undefined;
  readonly tags?: Tags | undefined;
  readonly condition?: WriteCondition | undefined;
}

export interface CopyOptions extends Place {
  readonly from: PlaceOfVersion;
  /** What the protocol judged the source by; the copy fails with PRECONDITION_FAILED when the source is another version by now. */
  readonly fromEtag?: string | undefined;
  /** Left out: those of the source. */
  readonly headers?: ObjectHeaders | undefined;
  readonly tags?: Tags | undefined;
  readonly condition?: WriteCondition | undefined;
}

export interface DeleteOptions extends PlaceOfVersion {
  readonly condition?: WriteCondition | undefined;
}

export interface Deleted {
  /** The marker that was made, or the version that is gone; undefined in a bucket without versions. */
  readonly versionId?: string | undefined;
  /** A marker was made, or the version that is gone was one. */
  readonly isMarker: boolean;
}

export interface OpenedObject {
  readonly version: ObjectVersion;
  /** Bytes [start, end), all of them when left out. A piece is valid until the next one is asked for. Whoever does not read it owes nothing. */
  read(range?: { readonly start: number; readonly end: number }, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

// ---------------------------------------------------------------- pages

export interface ListOptions {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Exclusive: keys behind this one, and behind everything below it when it is a common prefix (ends in the delimiter and was one). */
  readonly after?: string | undefined;
  /** Objects and common prefixes together, 0 to 1,000. */
  readonly limit: number;
}

export interface ObjectPage {
  readonly objects: readonly ObjectVersion[];
  readonly prefixes: readonly string[];
  /** Pass as `after`; undefined on the last page. */
  readonly next?: string | undefined;
}

export interface ListVersionsOptions extends ListOptions {
  /** With `after`: versions of that key behind this one come first. */
  readonly afterVersionId?: string | undefined;
}

export interface VersionPage {
  /** Newest first within a key; markers among them. */
  readonly versions: readonly ObjectVersion[];
  readonly prefixes: readonly string[];
  readonly next?: { readonly key: string; readonly versionId?: string | undefined } | undefined;
}

// ---------------------------------------------------------------- uploads in parts

export interface Upload extends Place {
  readonly uploadId: string;
  readonly createdMs: number;
  readonly headers: ObjectHeaders;
  readonly tags: Tags;
  /** What the protocol wants to remember of how checksums are meant. */
  readonly checksumAlgorithm?: string | undefined;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE' | undefined;
}

export interface UploadPlace extends Place {
  readonly uploadId: string;
}

export interface CreateUploadOptions extends Place {
  readonly headers?: ObjectHeaders | undefined;
  readonly tags?: Tags | undefined;
  readonly checksumAlgorithm?: string | undefined;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE' | undefined;
}

export interface PutPartOptions extends UploadPlace, Incoming {
  /** 1 to 10,000. */
  readonly number: number;
}

export interface CopyPartOptions extends UploadPlace {
  readonly number: number;
  readonly from: PlaceOfVersion;
  readonly fromEtag?: string | undefined;
  /** Bytes [start, end); all when left out. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CompleteOptions extends UploadPlace {
  /** In ascending order of their numbers. */
  readonly parts: readonly { readonly number: number; readonly etag: string; readonly checksum?: string | undefined }[];
  readonly condition?: WriteCondition | undefined;
  /** Of the whole object, where the protocol knows one. */
  readonly checksum?: Checksum | undefined;
  /** Of the whole object, where its writer says so. */
  readonly expectedBytes?: number | undefined;
}

export interface UploadPage {
  readonly uploads: readonly Upload[];
  readonly prefixes: readonly string[];
  readonly next?: { readonly key: string; readonly uploadId?: string | undefined } | undefined;
}

export interface PartPage {
  readonly upload: Upload;
  readonly parts: readonly ObjectPart[];
  /** Pass as `after`; undefined on the last page. */
  readonly next?: number | undefined;
}

// ---------------------------------------------------------------- the store

export interface Usage {
  readonly buckets: number;
  /** Versions, markers included. */
  readonly versions: number;
  /** Bytes of all versions and parts, what copies share counted once. */
  readonly storedBytes: number;
  /** Of these, bytes that no provider holds so far. */
  readonly spooledBytes: number;
  readonly spoolLimitBytes: number;
  /** Changes that are not in the network so far, and since when the oldest waits (Unix milliseconds). */
  readonly pendingChanges: number;
  readonly pendingSinceMs?: number | undefined;
  /** Rented bytes that nothing takes so far. */
  readonly freeBytes: number;
  /** Why the last commit to the network failed; undefined when it did not. */
  readonly failure?: string | undefined;
}

/**
 * Errors are `HoldfastError`s; codes: NO_SUCH_BUCKET, BUCKET_EXISTS, BUCKET_NOT_EMPTY, NO_SUCH_KEY, NO_SUCH_VERSION, METHOD_ON_MARKER, NO_SUCH_UPLOAD,
 * INVALID_PART, INVALID_PART_ORDER, ENTITY_TOO_SMALL, ENTITY_TOO_LARGE, BAD_KEY, BAD_RECORD (names, headers, tags or rules too long or too many), BAD_DIGEST, INCOMPLETE_BODY, PRECONDITION_FAILED, NO_SPACE (the
 * agreement is full), SPOOL_FULL (later there will be room), REPAIR_ONLY, and those of reading from the network.
 * METHOD_ON_MARKER has `details.versionId`.
 */
export interface ObjectStore {
  readonly durability: Durability;

  createBucket(name: string): Promise<Bucket>;
  /** @throws BUCKET_NOT_EMPTY as long as it holds a version, a marker, or an upload in parts */
  deleteBucket(name: string): Promise<void>;
  /** By name. */
  listBuckets(): Promise<readonly Bucket[]>;
  getBucket(name: string): Promise<Bucket>;
  patchBucket(name: string, patch: Partial<BucketSettings>): Promise<Bucket>;

  putObject(options: PutOptions): Promise<ObjectVersion>;
  /** @throws NO_SUCH_KEY (with `details.versionId` where the newest is a marker), NO_SUCH_VERSION, METHOD_ON_MARKER */
  headObject(place: PlaceOfVersion): Promise<ObjectVersion>;
  getObject(place: PlaceOfVersion): Promise<OpenedObject>;
  /** No bytes move. */
  copyObject(options: CopyOptions): Promise<ObjectVersion>;
  /** Of what is not there: nothing happens, or a marker is made. */
  deleteObject(options: DeleteOptions): Promise<Deleted>;
  /** The whole set at once; {} removes it. */
  putTags(place: PlaceOfVersion, tags: Tags): Promise<ObjectVersion>;

  listObjects(options: ListOptions): Promise<ObjectPage>;
  listVersions(options: ListVersionsOptions): Promise<VersionPage>;

  createUpload(options: CreateUploadOptions): Promise<Upload>;
  getUpload(place: UploadPlace): Promise<Upload>;
  putPart(options: PutPartOptions): Promise<ObjectPart>;
  copyPart(options: CopyPartOptions): Promise<ObjectPart>;
  listParts(options: UploadPlace & { readonly after?: number | undefined; readonly limit: number }): Promise<PartPage>;
  listUploads(options: ListOptions & { readonly afterUploadId?: string | undefined }): Promise<UploadPage>;
  completeUpload(options: CompleteOptions): Promise<ObjectVersion>;
  abortUpload(place: UploadPlace): Promise<void>;

  /** Commits what waits in the spool now. */
  flush(): Promise<void>;
  usage(): Promise<Usage>;
  /** Ends what is under way; what is spooled stays and is committed after the next start. */
  close(): Promise<void>;
}
