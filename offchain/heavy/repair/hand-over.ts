/** Everything between this node and one successor: fragments, receipts, the signed succession, the replacement on the chain. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import type { AgreementState } from '../../chain/read-agreement.ts';
import { replaceSlot } from '../../chain/replace-slot.ts';
import { equal } from '../../codec/bytes.ts';
import { putBytes, requestJson } from '../../wire/http-client.ts';
import { FragmentStored, ReceiptReply, SuccessionReply } from '../../wire/messages.ts';
import { recoverTyped } from '../../wire/typed-data.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import type { PricedOffer } from '../offers.ts';
import { transferMs } from './deadline.ts';
import type { BundleFacts } from './description.ts';
import { fetchRange } from './sources.ts';

export type Successor = Pick<PricedOffer, 'provider' | 'operator' | 'endpoint'>;

export interface Placed {
  readonly batchId: Hex;
  readonly fragmentRoots: readonly Uint8Array[];
}

/** True when the successor has this fragment already, as its first leaf and the proof of it show: an earlier attempt sent it. */
export async function holdsFragment(context: HeavyContext, to: Successor, batch: Placed, where: { agreement: number; slot: number; leaves: number }): Promise<boolean> {
  const { agreement, slot, leaves } = where;
  const root = batch.fragmentRoots[slot] as Uint8Array;
  try {
    await fetchRange(context, { ...to, slot }, { agreement, batchId: batch.batchId, root, leaves, first: 0, count: 1 });
    return true;
  } catch {
    context.signal.throwIfAborted();
    return false;
  }
}

/** @throws RepairError BAD_FRAGMENT when the successor stored something else */
export async function sendFragment(
  context: HeavyContext,
  to: Successor,
  upload: { agreement: number; slot: number; batch: Placed; fragment: Uint8Array; authorization: string },
): Promise<void> {
  const { agreement, slot, batch, fragment, authorization } = upload;
  const url = `${to.endpoint}/agreements/${agreement}/batches/${batch.batchId}/fragments/${slot}`;
  const headers = { authorization, 'x-holdfast-root': hexOf(batch.fragmentRoots[slot] as Uint8Array) };
  const options = { headers, schema: FragmentStored, timeoutMs: transferMs(fragment.length), signal: context.signal };
  const { root } = await putBytes(url, { ...options, body: fragment });
  if (equal(bytesOf(root), batch.fragmentRoots[slot] as Uint8Array)) return;
  throw new RepairError('BAD_FRAGMENT', `Provider ${to.provider} stored other bytes under the name of fragment ${slot}.`, { agreement, slot, root });
}

/** The successor's receipt for a bundle: it has described and kept all of its fragments. */
export async function askReceipt(
  context: HeavyContext,
  to: Successor,
  options: { agreement: number; slot: number; bundle: BundleFacts; batches: readonly Placed[]; authorization: string },
): Promise<Hex> {
  const { agreement, slot, bundle, batches, authorization } = options;
  const body = {
    bundle: bundle.bundle,
    root: bundle.root,
    batches: batches.map(({ batchId, fragmentRoots }) => ({ batchId, fragmentRoots: fragmentRoots.map(hexOf) })),
    slot,
  };
  const url = `${to.endpoint}/agreements/${agreement}/bundles`;
  const { signature } = await requestJson(url, { method: 'POST', headers: { authorization }, body, schema: ReceiptReply, signal: context.signal });
  return signature;
}

/** Has the successor sign, and puts it into the slot. @throws RepairError BAD_SUCCESSION, ContractRevertError */
export async function succeed(
  context: HeavyContext,
  to: Successor,
  options: { agreement: AgreementState; slot: number; authorization: string },
): Promise<{ bounty: bigint; slashed: bigint; transactionHash: Hex }> {
  const { chain, signal } = context;
  const { agreement, slot, authorization } = options;
  // Signed with the rest, so that nobody takes the bounty by copying the transaction.
  const repairer = context.account.address;
  const body = { agreement: agreement.id, slot, repairer };
  const reply = await requestJson(`${to.endpoint}/successions`, { method: 'POST', headers: { authorization }, body, schema: SuccessionReply, signal });
  const { signature, ...terms } = reply;
  const succession = { agreement: agreement.id, slot, ...terms };
  const signer = await recoverTyped(chain.domain, 'Succession', succession, signature);
  const rent = agreement.slots[slot]?.rent ?? 0n;
  const isFit = isAddressEqual(terms.repairer, repairer) && terms.provider === to.provider && isAddressEqual(signer, to.operator as Address) && terms.price * BigInt(agreement.quota) <= rent;
  if (!isFit) {
    throw new RepairError('BAD_SUCCESSION', `Provider ${to.provider} signed a succession that the market would refuse.`, { ...succession, price: String(terms.price), rent: String(rent) });
  }
  return replaceSlot(chain, { succession, signature });
}

function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

function bytesOf(hex: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
}
