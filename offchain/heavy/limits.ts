/** Bounds of a heavy node's own work; those that both sides of a message share are in wire/limits.ts. */

/** Children and neighbours that are asked at the same time. */
export const PARALLEL_REQUESTS = 16;
/** Providers asked for an offer at the same time. */
export const OFFERS_AT_ONCE = 32;
/** Asks and notices on one page. */
export const ASKS_SHOWN = 1_000;
/** Silence after which a child or a neighbour counts as gone. */
export const PROBE_TIMEOUT_MS = 2_000;
export const OFFER_TIMEOUT_MS = 5_000;
/** A neighbour asks its own children and neighbours first. */
export const CANDIDATES_TIMEOUT_MS = 15_000;
/** Offers that a neighbour may send back. */
export const CANDIDATES_MAX = 256;
export const NEIGHBOUR_REFUSALS_MAX = 1_024;
/** Heavy nodes that one node asks or copies its records to. */
export const NEIGHBOURS_MAX = 16;
/** Signed offers that one match asks for at most: this many times the slots, and so many more. */
export const ASKS_PER_SLOT = 4;
export const ASKS_MORE = 64;
/** Offers asked for beyond the slots at first, as a share of the slots. */
export const ASKS_SPARE = 0.125;
/** Refusals in a reply: some of each kind, and with `explain`. `counts` tells of all. */
export const REFUSALS_SHOWN = 256;
export const REFUSALS_EXPLAINED = 16_384;
/** Children that are asked for their status in one round, the longest unasked first. */
export const POLLS_PER_ROUND = 256;
/** A provider that offers dearer than it asks is ranked as such for this long; one that declines counts as dearer. */
export const BAIT_REMEMBERED_MS = 3_600_000;
export const DECLINE_REMEMBERED_MS = 60_000;
/** A status younger than this counts before a gossiped ask. */
export const STATUS_FRESH_MS = 60_000;
/** As long as the space of an offer may stay reserved. */
export const OFFER_REMEMBERED_MS = 600_000;
/** Names resolved for the rule of networks. */
export const ADDRESSES_KEPT_MS = 600_000;
/** Lookups in the DHT for readers: at once, and how many answers are kept for how long. */
export const LOOKUPS_AT_ONCE = 16;
export const HOLDERS_KEPT = 4_096;
export const HOLDERS_KEPT_MS = 30_000;
/** That nobody holds it: this may change at any moment. */
export const HOLDERS_MISSED_MS = 2_000;
/** Matches that run at once. */
export const MATCHES_AT_ONCE = 8;
/** An offer that ends sooner would expire on its way to the chain; creators refuse the last 15 s of it. */
export const OFFER_MIN_SECONDS = 30;

/** One agreement has one seal key; a few more are kept so that a stray one cannot shut the true one out. */
export const SEAL_KEYS_PER_AGREEMENT = 4;
/** Ranges that are read here for neighbours at once, and leaves in one of them. */
export const READS_FOR_NEIGHBOURS = 4;
export const NEIGHBOUR_LEAVES_MAX = 4_096;
/** An audit's answer is a kilobyte: whoever needs longer is asked again later. */
export const AUDIT_TIMEOUT_MS = 10_000;
export const READ_TIMEOUT_MS = 60_000;
/** Audits under way at once. */
export const AUDITS_AT_ONCE = 8;
/** Unknown outcomes kept for one provider; further ones are only counted as asked. */
export const CONTAINED_MAX = 64;
/** Questions for the same leaf, in different epochs, after which no answer is a refusal. */
export const CONTAINED_ATTEMPTS = 3;
/** A provider that stays away is not asked for the same leaf for longer. */
export const CONTAINED_EPOCHS_MAX = 84;
/** Pieces of evidence kept of one provider. */
export const EVIDENCE_MAX = 32;
/** Descriptions of bundles in memory: their roots and ids. */
export const DESCRIPTIONS_BYTES = 32 * 1024 * 1024;
export const DESCRIPTIONS_MAX = 65_536;
/** Name records waiting for one peer; beyond it the oldest waits for that peer's own question. */
export const OUTBOX_MAX = 10_000;
/** Records sent to one peer per round. */
export const OUTBOX_BATCH = 64;

/** Providers in one reportMisses transaction. */
export const MISSES_PER_TRANSACTION = 32;
/** Children's proofs in one proveMany transaction: about 300 k gas each. */
export const PROOFS_PER_TRANSACTION = 16;
export const PROOFS_WAITING_MAX = 256;
/** Each is a question to the chain, and anybody may send one in a child's name. */
export const PROOFS_CHECKED_AT_ONCE = 64;
/** Leaves of one fragment read while rebuilding: 1 MiB from each of k providers. */
export const REPAIR_LEAVES = 4_096;
/** Batches of one agreement that are rebuilt at the same time, and what they may take of memory together. */
export const BATCHES_AT_ONCE = 4;
export const REPAIR_MEMORY_BYTES = 384 * 1024 * 1024;
/** A whole fragment on its way to a successor. */
export const UPLOAD_TIMEOUT_MS = 600_000;
/** Successors that one attempt tries before it waits for the next round. */
export const SUCCESSORS_PER_ATTEMPT = 8;
/** How long the sessions live that a heavy node signs for a repair. */
export const SESSION_SECONDS = 3_600;
/** A name record (8 KiB as hex) or a seal key, with room for the JSON around it. */
export const SMALL_BODY_BYTES = 32 * 1024;
