/** A commit by those who still hold their slots: an upload takes time, and meanwhile a slot may go to another provider, or a provider to another key. */
import { isAddressEqual, type Hex } from 'viem';
import type { SlotReceipt } from '../../chain/commit-bundle.ts';
import { HoldfastError } from '../../wire/errors.ts';
import type { Client } from '../client.ts';
import { NotStoredError, type SlotFailure } from '../errors.ts';
import type { AgreementView, SlotHost } from '../fetch/agreement-view.ts';
import { commitOnce } from './commit-once.ts';

export interface HeldCommit {
  readonly transactionHash: Hex | undefined;
  readonly acknowledged: bigint;
  /** Slots whose receipts count no more; whoever has them now is brought the data by repair. */
  readonly moved: readonly SlotFailure[];
}

/** @throws NotStoredError when too few receipts still count: nothing is committed, and the upload goes on with the new providers when run again; else as `commitOnce` does */
export async function commitHeld(
  client: Client,
  options: { readonly view: AgreementView; readonly bundle: number; readonly root: Hex; readonly batches: number; readonly receipts: readonly SlotReceipt[] },
): Promise<HeldCommit> {
  const { view } = options;
  const moved: SlotFailure[] = [];
  let { receipts } = options;
  for (;;) {
    try {
      return { ...(await commitOnce(client.chain, { ...options, agreement: view.id, receipts })), moved };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const left = movedSlots(view, await client.views.refresh(view.id), receipts);
      if (left.length === 0) throw error;
      moved.push(...left);
      receipts = receipts.filter(({ slot }) => left.every((one) => one.slot !== slot));
      if (receipts.length < view.quorum) throw new NotStoredError({ agreement: view.id, have: receipts.length, need: view.quorum, reasons: moved, stage: 'receipts' });
    }
  }
}

/** The contract's word, before or in a block; whatever else went wrong, the receipts are not the reason. */
function isRefusal(error: unknown): boolean {
  return error instanceof HoldfastError && (error.code === 'CONTRACT_REVERT' || error.code === 'TRANSACTION_REVERTED');
}

function movedSlots(before: AgreementView, now: AgreementView, receipts: readonly SlotReceipt[]): SlotFailure[] {
  return receipts.flatMap(({ slot }) => {
    const signer = hostOf(before, slot);
    const holder = hostOf(now, slot);
    if (signer === undefined || (holder !== undefined && holder.provider === signer.provider && isAddressEqual(holder.operator, signer.operator))) return [];
    const reason = holder === undefined ? 'the slot has no provider any more' : holder.provider === signer.provider ? 'it signs with another key now' : `provider ${holder.provider} has the slot now`;
    return [{ slot, provider: signer.provider, reason }];
  });
}

function hostOf(view: AgreementView, slot: number): SlotHost | undefined {
  return view.hosts.find((host) => host.slot === slot);
}
