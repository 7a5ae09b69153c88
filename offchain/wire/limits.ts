/** Every bound on what one party may ask of another, in one place. Units are last in the names. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** n of one agreement; the contract's MAX_SLOTS. */
export const SLOTS_MAX = 64;
/** Batch sizes are powers of two between these; the contract's MIN_BATCH_LOG2 and MAX_BATCH_LOG2. */
export const BATCH_LOG2_MIN = 16;
export const BATCH_LOG2_MAX = 28;
/** The contract's MAX_FEE_BPS. */
export const FEE_BPS_MAX = 200;
/** The contract's MAX_PERIODS. */
export const PERIODS_MAX = 520;

/** Batches that one upload commits in one bundle. */
export const BATCHES_PER_BUNDLE_MAX = 16_384;
/** A bundle's description: at most BATCHES_PER_BUNDLE_MAX batches of up to 64 roots, as hex. */
export const BUNDLE_BODY_BYTES = 80 * MIB;
/** Every other JSON body. */
export const JSON_BODY_BYTES = 1 * MIB;
/** Leaves of one ranged read of a fragment: 64 MiB. */
export const LEAVES_PER_READ_MAX = 262_144;
/** The value of a name record. */
export const NAME_VALUE_BYTES = 8 * KIB;
/** A URL under which a node answers. */
export const ENDPOINT_CHARACTERS = 256;

/** Neighbours of neighbours that a match may reach. */
export const HOPS_MAX = 4;
/** Node ids in `exclude` and `seen`. */
export const NODE_LIST_MAX = 4_096;

/** A session outlives no longer than this, so that a leaked header ends by itself. */
export const SESSION_SECONDS_MAX = 30 * 24 * 3600;
/** An ask for offers is good for so long, and so often as somebody shows it: each provider reserves its space once. */
export const OFFER_ASK_SECONDS_MAX = 600;
/** A signed tariff is taken for so long; once taken it stays. */
export const TARIFF_SECONDS_MAX = 600;
/** Clocks of two machines may differ by this much. */
export const CLOCK_SKEW_SECONDS = 60;

/** A JSON request from first to last byte. */
export const JSON_TIMEOUT_MS = 30_000;
/** Silence after which a transfer of bytes counts as broken. */
export const IDLE_TIMEOUT_MS = 30_000;
/** Larger bodies are not sent a second time on their own when a kept connection turns out to be closed. */
export const BODY_SENT_AGAIN_BYTES = 64 * KIB;
/** What a server takes from a connection before whoever reads it must keep up. */
export const STREAM_BUFFER_BYTES = 256 * KIB;
/** A server ends a connection on which nothing moved for so long, and one whose request head is not whole after so long. */
export const SILENCE_TIMEOUT_MS = 300_000;
export const HEAD_TIMEOUT_MS = 20_000;
/** Connections to one server at once. */
export const CONNECTIONS_MAX = 8_192;
/** A server ends open connections this long after it was told to stop. */
export const CLOSE_GRACE_MS = 2_000;
/** What a 503 tells its caller when nothing better is known. */
export const RETRY_AFTER_SECONDS = 5;
/** Idle connections that one process keeps to one peer, and open ones at most. */
export const FREE_SOCKETS_MAX = 8;
export const SOCKETS_PER_PEER_MAX = 32;
/** Shorter than servers keep an idle connection (5 s is usual), so that they seldom close one that is just taken. */
export const FREE_CONNECTION_MS = 4_000;
/** The status line and all headers of a response. */
export const RESPONSE_HEAD_BYTES = 16 * KIB;
/** Down to which part of its own price, in percent, a provider takes a lost slot over unless it is configured otherwise: asks may have risen since the slot's price was fixed. */
export const SUCCESSION_PERCENT = 75;
/** Damaged fragments of one slot that a provider names in one answer. */
export const DAMAGED_MAX = 256;
