import type { Hex } from 'viem';
import type { NodeState } from '../chain/node-state.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { acknowledge } from '../chain/acknowledge.ts';
import { replaceSlot } from '../chain/replace-slot.ts';
import { LEAF_SIZE } from '../proof/hash.ts';
import { HoldfastError } from '../wire/errors.ts';
import { putBytes, requestJson } from '../wire/http-client.ts';
import { FragmentStored, ReceiptReply, SuccessionReply } from '../wire/messages.ts';
import { sessionHeader } from '../wire/session.ts';
import { signTyped } from '../wire/typed-data.ts';
import { loadDescription, unpackRoots } from './bundle-description.ts';
import type { Provider } from './context.ts';
import { findFragment } from './fragments.ts';
import type { StoredFragment } from './fragments.ts';
import { noteEndedSlot } from './hold-slot.ts';
import { readLeaves } from './read-fragment.ts';

const SESSION_SECONDS = 3_600;
/** Leaves that are read at a time: 1 MiB. */
const PIECE_LEAVES = 4_096;
/** A successor that takes it slower than this does not want it. */
const SENT_LEAST_MS = 60_000;
const SENT_BYTES_PER_MS = 32;

interface Living {
  readonly bundle: number;
  readonly root: Hex;
  readonly isAcknowledged: boolean;
}

/**
 * Hands a slot of ours to a successor that wants it: sends it our fragments as they are, has it sign for all bundles, and puts it into the slot.
 * Nothing is slashed. Every step may be repeated: what the successor holds is not sent again.
 * @throws ContractRevertError DrawPending while this epoch's proof is due; RemoteError, TransportError of the successor; INCOMPLETE
 */
export async function handOver(provider: Provider, options: { readonly agreement: AgreementState; readonly slot: number; readonly to: NodeState }): Promise<void> {
  const { agreement, slot, to } = options;
  const { chain, log } = provider;
  const endpoint = to.endpoint.replace(/\/$/, '');
  const authorization = await signSession(provider, agreement.id);
  const receipts: { bundle: number; signature: Hex }[] = [];
  for (const living of await livingBundles(provider, agreement, slot)) {
    const signature = await sendBundle(provider, { agreement: agreement.id, slot, living, endpoint, authorization });
    if (!living.isAcknowledged) receipts.push({ bundle: living.bundle, signature });
  }
  const body = { agreement: agreement.id, slot };
  const { signature, ...terms } = await requestJson(`${endpoint}/successions`, { method: 'POST', headers: { authorization }, body, schema: SuccessionReply });
  const { transactionHash } = await replaceSlot(chain, { succession: { agreement: agreement.id, slot, ...terms }, signature });
  await noteEndedSlot(provider, { agreement: agreement.id, slot });
  log.info('slot.handed-over', { agreement: agreement.id, slot, to: to.id, txHash: transactionHash });
  // What we never acknowledged, our successor now can; that is no reason to fail.
  for (const { bundle, signature: receipt } of receipts) {
    await acknowledge(chain, { agreement: agreement.id, bundle, slot, signature: receipt }).catch((error: unknown) => log.warn('receipt.not-handed-in', { agreement: agreement.id, bundle, error }));
  }
}

async function signSession({ account, chain, domain }: Provider, agreement: number): Promise<string> {
  const session = { agreement, creator: account.address, expiry: Math.floor(await chain.nowSeconds()) + SESSION_SECONDS };
  return sessionHeader({ session, signature: await signTyped(account, domain, 'Session', session) });
}

async function livingBundles({ chain }: Provider, { id, bundles }: AgreementState, slot: number): Promise<Living[]> {
  const living: Living[] = [];
  for (let bundle = 0; bundle < bundles; bundle++) {
    const { root, retired, acknowledged } = await readBundle(chain, id, bundle);
    if (retired === 0) living.push({ bundle, root: root.toLowerCase() as Hex, isAcknowledged: ((acknowledged >> BigInt(slot)) & 1n) === 1n });
  }
  return living;
}

async function sendBundle(
  provider: Provider,
  at: { agreement: number; slot: number; living: Living; endpoint: string; authorization: string },
): Promise<Hex> {
  const { agreement, slot, living, endpoint, authorization } = at;
  const batches = await loadDescription(provider.store, agreement, living.root);
  if (batches === undefined) throw incomplete(agreement, slot, `bundle ${living.bundle} is not described here`);
  for (const { batchId } of batches) {
    const fragment = await findFragment(provider.store, { agreement, batchId, slot });
    if (fragment === undefined || fragment.bad) throw incomplete(agreement, slot, `the fragment of batch ${batchId} is not whole here`);
    const body = { source: piecesOf(provider, fragment), sizeBytes: fragment.sizeBytes };
    await putBytes(`${endpoint}/agreements/${agreement}/batches/${batchId}/fragments/${slot}`, { body, headers: { authorization, 'x-holdfast-root': fragment.root }, timeoutMs: SENT_LEAST_MS + fragment.sizeBytes / SENT_BYTES_PER_MS, schema: FragmentStored });
  }
  const body = { bundle: living.bundle, root: living.root, batches: unpackRoots(batches), slot };
  return (await requestJson(`${endpoint}/agreements/${agreement}/bundles`, { method: 'POST', headers: { authorization }, body, schema: ReceiptReply })).signature;
}

async function* piecesOf({ files }: Provider, fragment: StoredFragment): AsyncGenerator<Uint8Array> {
  const leaves = fragment.sizeBytes / LEAF_SIZE;
  for (let first = 0; first < leaves; first += PIECE_LEAVES) {
    const { sizeBytes, pieces } = await readLeaves(files, fragment, { first, count: Math.min(PIECE_LEAVES, leaves - first) });
    let left = sizeBytes;
    for await (const piece of pieces) {
      // The range proof follows the leaves; the receiver hashes for itself.
      if (left > 0) yield piece.subarray(0, Math.min(left, piece.length));
      left -= piece.length;
    }
  }
}

function incomplete(agreement: number, slot: number, why: string): HoldfastError {
  return new HoldfastError('INCOMPLETE', `Slot ${slot} of agreement ${agreement} cannot be handed over: ${why}.`, {
    retryable: true,
    details: { agreement, slot },
    nextStep: 'Surrender the slot, or wait until it is whole again.',
  });
}
