/** What was stored or moved is told to those whom it is shared with: their grants name where it lies. */
import { refreshIfShared } from '../client/share/refresh-shares.ts';
import type { Client } from '../client/client.ts';
import type { Output } from './output.ts';

/** Whoever cannot be told now is told by the next command that stores, or by `holdfast share --refresh`. */
export async function tellSharers(client: Client, output: Pick<Output, 'note'>, signal: AbortSignal): Promise<void> {
  for (const { address, reason } of (await refreshIfShared(client, { signal })).failed) {
    output.note(`${address === '' ? 'Those whom you share with were' : `${address}, whom you share with, was`} not told of the change: ${reason}. \`holdfast share --refresh\` tries again.`);
  }
}
