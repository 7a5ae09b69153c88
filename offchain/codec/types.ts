/** Shapes that the parts of the codec agree on. Sizes are bytes; 32-byte values are `Uint8Array`s of length 32. */

/** Everything that follows from (k, m, batchLog2); see the README's section on geometry. */
export interface Geometry {
  readonly k: number;
  readonly m: number;
  readonly n: number;
  readonly batchLog2: number;
  /** F: bytes of one fragment, a multiple of 256. */
  readonly fragmentSize: number;
  /** L = F / 256. */
  readonly leaves: number;
  /** U: bytes that one slot holds of a full stripe. */
  readonly unit: number;
  readonly stripes: number;
  /** k * F. */
  readonly payloadSize: number;
}

/** Where a record lies. `bundle` null means: in the bundle that carries this very description. */
export interface RecordLocation {
  readonly agreement: number;
  readonly bundle: number | null;
  /** Ordinal of the batch inside the bundle where the record begins. */
  readonly batch: number;
  /** Payload offset inside that batch. A record may run on into the next batch at offset 0. */
  readonly offset: number;
  readonly storedSize: number;
}

/** 0: as it is; 1: zstd; 2: gzip. */
export type Method = 0 | 1 | 2;


/** A chunk as a manifest names it. */
export interface ChunkRef extends RecordLocation {
  readonly chunkId: Uint8Array;
  /** Plain size in bytes. */
  readonly size: number;
  readonly method: Method;
}

/** What the pure code needs from its host; Node and browser each have one implementation. */
export interface Platform {
  randomBytes(sizeBytes: number): Uint8Array;
  sha256(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array>;
  hkdfSha256(options: { ikm: Uint8Array; salt: Uint8Array; info: Uint8Array; sizeBytes: number }): Uint8Array | Promise<Uint8Array>;
  /** Returns ciphertext || 16-byte tag. */
  gcmEncrypt(options: { key: Uint8Array; nonce: Uint8Array; data: Uint8Array; associated: Uint8Array }): Uint8Array | Promise<Uint8Array>;
  /** Returns null when the tag does not fit. */
  gcmDecrypt(options: { key: Uint8Array; nonce: Uint8Array; data: Uint8Array; associated: Uint8Array }): Uint8Array | null | Promise<Uint8Array | null>;
  /** As `gcmDecrypt`, with the ciphertext in parts and the tag apart; the plain bytes go into `target`. False when the tag does not fit: then `target` holds anything. */
  gcmOpen(options: { key: Uint8Array; nonce: Uint8Array; parts: readonly Uint8Array[]; tag: Uint8Array; associated: Uint8Array; target: Uint8Array }): boolean | Promise<boolean>;
  /** XORs the AES-256-CTR keystream from byte `offset` (a multiple of 16) on. Returns new bytes. */
  ctr(options: { key: Uint8Array; offset: number; data: Uint8Array }): Uint8Array | Promise<Uint8Array>;
  /** As `ctr`, in place and for data that comes in pieces: each call goes on where the one before ended. Pieces but the last are whole blocks of 16 bytes. */
  ctrInPlace(options: { key: Uint8Array; offset: number }): (data: Uint8Array) => void | Promise<void>;
  /** As `gcmEncrypt`, but the ciphertext takes the place of `data`; returns the tag. */
  gcmInPlace(options: { key: Uint8Array; nonce: Uint8Array; data: Uint8Array; associated: Uint8Array }): Uint8Array | Promise<Uint8Array>;
  zstdCompress(data: Uint8Array, level: number): Uint8Array | Promise<Uint8Array>;
  /** Refuses (throws) when the result would exceed `maxBytes`. */
  zstdDecompress(data: Uint8Array, maxBytes: number): Uint8Array | Promise<Uint8Array>;
  /** `level` 1 to 9, where the host lets it be chosen. */
  gzipCompress(data: Uint8Array, level: number): Uint8Array | Promise<Uint8Array>;
  /** Refuses (throws) when the result would exceed `maxBytes`. */
  gzipDecompress(data: Uint8Array, maxBytes: number): Uint8Array | Promise<Uint8Array>;
}
