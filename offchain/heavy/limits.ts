/** Bounds of a heavy node's own work; those that both sides of a message share are in wire/limits.ts. */

/** Children and neighbours that are asked at the same time. */
export const PARALLEL_REQUESTS = 16;
/** Silence after which a child or a neighbour counts as gone. */
export const PROBE_TIMEOUT_MS = 2_000;
export const OFFER_TIMEOUT_MS = 5_000;
/** A neighbour asks its own children and neighbours first. */
export const CANDIDATES_TIMEOUT_MS = 15_000;
/** Offers that a neighbour may send back. */
export const CANDIDATES_MAX = 256;
/** Heavy nodes that one node asks or copies its records to. */
export const NEIGHBOURS_MAX = 16;
/** Matches that run at once; each asks every child. */
export const MATCHES_AT_ONCE = 8;
/** An offer that ends sooner would expire on its way to the chain; creators refuse the last 15 s of it. */
export const OFFER_MIN_SECONDS = 30;

/** One agreement has one seal key; a few more are kept so that a stray one cannot shut the true one out. */
export const SEAL_KEYS_PER_AGREEMENT = 4;
/** Name records waiting for one peer; beyond it the oldest waits for that peer's own question. */
export const OUTBOX_MAX = 10_000;
/** Records sent to one peer per round. */
export const OUTBOX_BATCH = 64;

/** Providers in one reportMisses transaction. */
export const MISSES_PER_TRANSACTION = 32;
/** Children's proofs in one proveMany transaction: about 300 k gas each. */
export const PROOFS_PER_TRANSACTION = 16;
export const PROOFS_WAITING_MAX = 256;
/** Leaves of one fragment read while rebuilding: 1 MiB from each of k providers. */
export const REPAIR_LEAVES = 4_096;
/** A whole fragment on its way to a successor. */
export const UPLOAD_TIMEOUT_MS = 600_000;
/** Successors that one attempt tries before it waits for the next round. */
export const SUCCESSORS_PER_ATTEMPT = 8;
/** How long the sessions live that a heavy node signs for a repair. */
export const SESSION_SECONDS = 3_600;
/** A name record (8 KiB as hex) or a seal key, with room for the JSON around it. */
export const SMALL_BODY_BYTES = 32 * 1024;
