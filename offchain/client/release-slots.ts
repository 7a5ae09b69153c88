import { releaseSlots as release } from '../chain/release-slots.ts';
import type { Client } from './client.ts';

/**
 * After an agreement's end: takes its slots off their providers and refunds the epochs that were missed. The rent of vacant
 * ones comes back too. `slots`: all that are still held or vacant when left out.
 */
export async function releaseSlots(client: Client, options: { readonly agreement: number; readonly slots?: readonly number[] | undefined }): Promise<{ slots: readonly number[]; refund: bigint }> {
  const slots = options.slots ?? (await client.views.refresh(options.agreement)).state.slots.filter(({ provider, vacancy }) => provider !== 0 || vacancy !== undefined).map(({ slot }) => slot);
  if (slots.length === 0) return { slots, refund: 0n };
  return { slots, ...(await release(client.chain, { agreement: options.agreement, slots })) };
}
