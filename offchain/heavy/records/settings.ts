import { z } from 'zod';

const ms = (least: number) => z.number().int().min(least).max(86_400_000);

/** Keeping public names. */
export const RecordSettings = z.strictObject({
  /** Names that this node keeps records of at most. */
  maxNames: z.number().int().min(0).max(10_000_000).default(100_000),
  /** Pause between two rounds in which holders are looked after. */
  everyMs: ms(20).default(2_000),
  /** Silence after which a heavy node that shares names is asked whether it is there. */
  probeMs: ms(20).default(5_000),
  /** After this time a peer is asked again what it has. */
  refreshMs: ms(100).default(600_000),
  /** A copy that three others hold, and that is not this node's to keep, goes after this time. */
  dropAfterMs: ms(0).default(600_000),
});
