/** Bounds of keeping letters. What both sides share is in wire/letter.ts. */

/** Letters of an address to itself: cards, links and notes, those that were taken back included. */
export const OWN_LETTERS_MAX = 4_096;
/** Grants that wait for one recipient; from one sender. */
export const MAILBOX_LETTERS_MAX = 1_024;
export const SENDER_LETTERS_MAX = 64;
/** Requests that run at once. */
export const REQUESTS_AT_ONCE = 32;
/** Letters that are emptied in one round. */
export const EXPIRED_PER_ROUND = 1_000;
