/** Bounds of everything that peers may send to each other. Units are last in the names. */

const KIB = 1024;
const MIB = 1024 * KIB;

/* ------------------------------------------------------------------ gossip */

/** An ask that is not renewed is forgotten after this long at most. */
export const ASK_SECONDS_MAX = 3_600;
/** Providers whose asks one node keeps: about 1 KiB of memory each. */
export const ASKS_MAX = 20_000;
/** Nodes whose notices one node keeps. */
export const NOTICES_MAX = 20_000;
/** A signed ask or notice as JSON. */
export const GOSSIP_BYTES_MAX = 2 * KIB;
/** Gossip that one neighbour may bring: each message costs a signature check of about a millisecond. */
export const GOSSIP_PER_SECOND = 100;
export const GOSSIP_BURST = 1_000;

/* ------------------------------------------------------------------ connections */

/** Connections of a heavy node; a light one needs its parent and a few more. */
export const HEAVY_CONNECTIONS_MAX = 4_096;
export const LIGHT_CONNECTIONS_MAX = 32;
/** New connections per second from one address. */
export const CONNECTIONS_PER_SECOND = 64;
/** Connections between accept and the end of the handshake. */
export const PENDING_CONNECTIONS_MAX = 128;
/** From accept to the end of the handshake, and from a stream's begin to its protocol's name. */
export const HANDSHAKE_MS = 10_000;
/** A connection whose peer has not shown whose it is by then is closed. */
export const UNBOUND_MS = 30_000;
/** Peers that gave a wrong binding stay out for this long; at most so many are remembered. */
export const BLOCK_MS = 60_000;
export const BLOCKED_MAX = 4_096;
/** Bytes of one stream that may wait for their reader. */
export const STREAM_WINDOW_BYTES = MIB;
/** Entries that peers can make this node keep about routing: addresses, provider records. */
export const RECORDS_MAX = 65_536;

/* ------------------------------------------------------------------ bindings and requests */

/** How long a binding lasts, and how much longer than that one may claim. */
export const BINDING_SECONDS = 3_600;
export const BINDING_SECONDS_MAX = 2 * BINDING_SECONDS;
export const BINDING_BYTES_MAX = KIB;
export const BINDING_MS = 5_000;
/** One request to a peer, and its reply. */
export const REQUEST_BYTES_MAX = 16 * KIB;
export const REPLY_BYTES_MAX = 256 * KIB;
/** From the begin of the stream until the whole request is here: a slow sender is cut off. */
export const REQUEST_READ_MS = 5_000;
export const REPLY_MS = 10_000;
export const REQUESTS_PER_SECOND = 20;
export const REQUEST_BURST = 60;
/** Requests under way from one connection, and from all. */
export const REQUEST_STREAMS_MAX = 8;
export const REQUESTS_AT_ONCE = 512;
/** Creators' keys cost nothing: together they get no more than this share of requests, leases and tunnels. */
export const CREATOR_SHARE = 0.25;
/** Bindings that one peer may show: each costs a signature check. */
export const BINDINGS_PER_SECOND = 1;
export const BINDING_BURST = 8;

/* ------------------------------------------------------------------ the graph */

/** A node is called back at most this often, whatever addresses it claims. */
export const CALL_BACK_MS = 10_000;
/** Light nodes that one heavy node takes; the last tenth is kept for its own children of the registry. */
export const LEASES_MAX = 2_048;
export const LEASE_MS = 60_000;
/** Heavy nodes that one stays connected to. */
export const NEIGHBOURS_KEPT = 12;
/** Neighbours that a parent tells its light nodes about, for the day it is gone. */
export const NEIGHBOURS_TOLD = 8;
/** Heavy nodes that a creator looks for, and asks at once. */
export const HEAVIES_FOUND = 16;
/** Heavy nodes that a light node without a parent asks at once. */
export const PARENTS_ASKED = 6;

/* ------------------------------------------------------------------ tunnels */

/** Bytes of one HTTP exchange through a tunnel, each way: the largest fragment and the largest bundle fit. */
export const TUNNEL_BYTES_MAX = 320 * MIB;
/** Silence that ends a tunnel. */
export const TUNNEL_IDLE_MS = 30_000;
/** Tunnels into one node at a time, and those of all nodes through one relay. */
export const TUNNELS_PER_NODE = 32;
export const TUNNELS_MAX = 512;

/* ------------------------------------------------------------------ routing */

export const HOLDERS_MAX = 32;
export const LOOKUP_MS = 10_000;
