/** How often the whole registry is read anew: it changes seldom, and takes a call for every hundred nodes. Acts of this page ask at once. */
export const NODES_POLL_MS = 30_000;
