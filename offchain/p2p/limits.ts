/** Bounds of everything that peers may send to each other. Units are last in the names. */

const KIB = 1024;

/** An ask that is not renewed is forgotten after this long at most. */
export const ASK_SECONDS_MAX = 3_600;
/** Providers whose asks one node keeps: about 1 KiB of memory each. */
export const ASKS_MAX = 20_000;
/** A signed ask or notice as JSON. */
export const GOSSIP_BYTES_MAX = 2 * KIB;
