import type { Hex } from 'viem';
import { DAMAGED_MAX } from '../wire/limits.ts';
import type { DamagedReply } from '../wire/messages.ts';
import { authorize } from './authorize.ts';
import type { Provider } from './context.ts';

/**
 * The batches whose fragments no longer match their roots here, for whoever may send them again. Nobody else is told: a damaged leaf is what a
 * targeted challenge would name.
 * @throws the errors of `authorize`
 */
export async function getDamaged(provider: Provider, request: { readonly agreement: number; readonly slot: number; readonly header: string | undefined }): Promise<DamagedReply> {
  const { agreement, slot } = request;
  await authorize(provider, request);
  const rows = await provider.store.fragment.findMany({ where: { agreement, slot, bad: true }, select: { batchId: true }, orderBy: { batchId: 'asc' }, take: DAMAGED_MAX });
  return { batchIds: rows.map(({ batchId }) => batchId as Hex) };
}
