import { closeAgreement as close } from '../chain/close-agreement.ts';
import type { Client } from './client.ts';

/**
 * Ends an agreement at the next period boundary. `refund`: token units for the epochs beyond, paid by `withdraw`.
 * What is stored in it can be dropped after its end: copy it first.
 */
export async function closeAgreement(client: Client, options: { readonly agreement: number }): Promise<{ endPeriod: number; refund: bigint }> {
  const closed = await close(client.chain, options);
  await client.views.refresh(options.agreement);
  return closed;
}
