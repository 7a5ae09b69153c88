/** Bounds of the register of public contents. What both sides of a message share is in wire/kept-content.ts. */

/** Contents of one agreement. */
export const CONTENTS_PER_AGREEMENT = 1_024;
/** Requests that run at once. */
export const REQUESTS_AT_ONCE = 16;
/** Heavy nodes that are asked for a content that is not known here. */
export const PEERS_ASKED = 8;
export const PEER_TIMEOUT_MS = 5_000;
/** Rows that are compared with the chain in one round, and the pause before all of them are gone through again. */
export const ROWS_PER_ROUND = 8;
export const WALK_PAUSE_MS = 60_000;
