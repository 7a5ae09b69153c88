import { z } from 'zod';

/** When a node says that something is wrong. The same section in the configuration of every kind of node. */
export const HealthSettings = z.strictObject({
  /** No new block for so long: the RPC, or the chain, stands still. */
  headAgeSeconds: z.number().int().min(1).default(300),
  /** How far this machine's clock and the newest block may be apart; 0: not looked at. Not looked at on a development chain where absent. */
  clockSkewSeconds: z.number().int().min(0).optional(),
  /** Gas that the operator's coin should pay for at the current price: a provider's proofs of a week take 27 million. */
  gasReserve: z.number().int().min(0).default(30_000_000),
  /** Failures of a loop in a row before it counts as failing. */
  loopFailures: z.number().int().min(1).default(5),
  /** Free bytes below which a heavy or edge node says that its disk is full. */
  freeBytes: z.number().int().min(0).default(64 * 1024 * 1024),
  /** A provider's parent may be away this long before that is said. */
  parentSeconds: z.number().int().min(0).default(120),
});
export type HealthSettings = z.output<typeof HealthSettings>;
