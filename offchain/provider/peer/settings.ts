/** How a provider takes part in the graph of peers. */
import { z } from 'zod';
import { uint16 } from '../../wire/fields.ts';

export const PeerSettings = z.strictObject({
  /** Off: no libp2p. The provider must be reachable by itself, and nobody takes the parent's place while it is away. */
  enabled: z.boolean().default(true),
  /** Where other peers may connect directly, so that relayed connections can be upgraded; nowhere where absent. */
  listen: z.strictObject({ host: z.string(), tcpPort: uint16.default(0), wsPort: uint16.optional() }).optional(),
  announce: z.array(z.string().max(256)).max(8).default([]),
  /** How often the ask is told anew; it is forgotten after three times that. */
  askSeconds: z.number().int().min(5).max(1_200).default(300),
  /** Away from `parent` for longer than this, the registry is told of the parent that serves instead. */
  rehomeSeconds: z.number().int().min(1).default(3_600),
  /** `parent` must have answered for this long before the provider returns to it. */
  returnSeconds: z.number().int().min(0).default(60),
  tickMs: z.number().int().min(50).max(60_000).default(1_000),
});
