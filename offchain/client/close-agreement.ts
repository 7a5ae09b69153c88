import { closeAgreement as close } from '../chain/close-agreement.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

/**
 * Ends an agreement at the next period boundary. `refund`: token units for the epochs beyond, paid by `withdraw`.
 * What is stored in it can be dropped after its end: copy it first.
 */
export function closeAgreement(client: Client, options: { readonly agreement: number; readonly signal?: AbortSignal | undefined }): Promise<{ endPeriod: number; refund: bigint }> {
  const { agreement, signal } = options;
  return cancellable(client, { what: `Closing agreement ${agreement}`, signal }, async ({ chain, views }) => {
    const closed = await close(chain, { agreement });
    await views.refresh(agreement);
    return closed;
  });
}
