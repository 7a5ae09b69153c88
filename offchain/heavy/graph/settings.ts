/** How a heavy node takes part in the graph of peers. */
import { z } from 'zod';
import { LEASES_MAX, NEIGHBOURS_KEPT } from '../../p2p/limits.ts';

const MIB = 2 ** 20;
const port = z.number().int().min(0).max(65_535);

export const GraphSettings = z.strictObject({
  /** Off: no libp2p. Children and neighbours are found through the registry and asked over HTTP alone. */
  enabled: z.boolean().default(true),
  /** Where peers connect; the host of `listen` when absent. Port 0 takes any free one. */
  host: z.string().optional(),
  tcpPort: port.default(0),
  wsPort: port.default(0),
  /** Multiaddrs that others shall use instead, for example behind a port forwarding. */
  announce: z.array(z.string().max(256)).max(8).default([]),
  /** Light nodes that may attach. */
  maxLeases: z.number().int().min(1).max(LEASES_MAX).default(LEASES_MAX),
  leaseMs: z.number().int().min(500).max(3_600_000).default(60_000),
  /** Heavy nodes that this one stays connected to. */
  neighbours: z.number().int().min(1).max(NEIGHBOURS_KEPT).default(NEIGHBOURS_KEPT),
  tickMs: z.number().int().min(50).max(600_000).default(5_000),
  /** New connections per second from one address. */
  connectionsPerSecond: z.number().int().min(1).max(10_000).optional(),
  /** What the relay carries for all nodes together, each way; shared fairly. 0: it carries nothing. */
  relayBytesPerSecond: z.number().int().min(0).default(64 * MIB),
});
export type GraphSettings = z.output<typeof GraphSettings>;
