/** Bounds of keeping public names. What both sides of a message share is in wire/named-record.ts. */

/** Names of one owner. */
export const NAMES_PER_OWNER = 1_024;
/** Requests that run at once. */
export const REQUESTS_AT_ONCE = 32;
/** Names in one offer: with all their versions, question and answer stay below a MiB. */
export const OFFER_NAMES = 128;
/** Names of one page of an owner's. */
export const NAMES_ON_PAGE = 256;
/** Names whose holders are looked at in one round, besides those that changed. */
export const NAMES_PER_ROUND = 128;
/** Ranks that are computed in one round, about 10 microseconds each: among many heavy nodes fewer names are looked at. */
export const RANKS_PER_ROUND = 16_384;
/** Names that changed and wait for their round; more are met by the walk through all names. */
export const CHANGED_MAX = 4_096;
/** Copies that go to or come from one peer in one round. */
export const COPIES_PER_ROUND = 128;
/** Peers that are probed in one round. */
export const PROBES_PER_ROUND = 16;
/** Failures in a row after which a peer counts as away. */
export const FAILURES_AWAY = 2;
/** Peers that are offered something at once. */
export const PEERS_AT_ONCE = 8;
