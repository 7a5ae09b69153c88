/** What a heavy node could not rebuild: GET /agreements/:agreement/losses. A hint: whoever acts on it looks for himself. */
import { z } from 'zod';
import { uint32 } from './fields.ts';

/** `batch`: its position in the bundle. `available`: fragments that could be had, of the `needed` k. */
export const LostBatch = z.object({ bundle: uint32, batch: uint32, available: uint32, needed: uint32 });
export type LostBatch = z.output<typeof LostBatch>;

export const LossesReply = z.object({ batches: z.array(LostBatch).max(4_096) });
export type LossesReply = z.output<typeof LossesReply>;
