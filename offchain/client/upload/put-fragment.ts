/** One fragment to one provider, over as many connections as it takes. */
import { hexToBytes, toHex } from 'viem';
import { equal } from '../../codec/bytes.ts';
import { putBytes, requestHeaders } from '../../wire/http-client.ts';
import { FragmentStored } from '../../wire/messages.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import type { Client } from '../client.ts';
import type { SlotHost } from '../fetch/agreement-view.ts';
import { retrying } from './retrying.ts';

export interface FragmentToPut {
  readonly agreement: number;
  readonly batchId: Uint8Array;
  readonly host: SlotHost;
  /** Sealed. */
  readonly bytes: Uint8Array;
  readonly root: Uint8Array;
  /** An earlier run may have sent some of it: ask before sending. */
  readonly isResumed?: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * Returns when the provider has the whole fragment synced on disk, with the right root. A connection that breaks is followed by
 * another one that goes on where the provider's durable bytes end; as long as each one gains something, it is tried again.
 * @throws RemoteError, TransportError, AbortedError
 */
export function putFragment(client: Client, fragment: FragmentToPut): Promise<void> {
  const { bytes, signal } = fragment;
  const { policy, uploads } = client;
  const lane = uploads.of(fragment.host.provider);
  let asksFirst = fragment.isResumed === true;
  let reached = 0;
  return retrying(policy, signal, (progressed) => lane.run(bytes.length, signal, async () => {
    const from = asksFirst ? await durableBytes(client, fragment) : 0;
    asksFirst = true;
    if (from > reached) progressed();
    reached = Math.max(reached, from);
    if (from < bytes.length) await send(client, fragment, from);
  }));
}

/** How much of exactly this fragment the provider has synced: all of it when it is stored. */
async function durableBytes(client: Client, fragment: FragmentToPut): Promise<number> {
  const { policy } = client;
  const headers = await requestHeaders(urlOf(fragment), { headers: await headersOf(client, fragment), timeoutMs: policy.idleMs, signal: fragment.signal });
  const stored = Number(headers['x-holdfast-stored'] ?? 0);
  return Number.isSafeInteger(stored) && stored > 0 && stored <= fragment.bytes.length ? stored : 0;
}

async function send(client: Client, fragment: FragmentToPut, from: number): Promise<void> {
  const { bytes, root, signal } = fragment;
  const url = urlOf(fragment);
  const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  const headers = { ...(await headersOf(client, fragment)), ...range };
  const body = bytes.subarray(from);
  const stored = await putBytes(url, { body, headers, schema: FragmentStored, idleMs: client.policy.idleMs, timeoutMs: deadlineMs(client, body.length), signal });
  if (!equal(hexToBytes(stored.root), root)) throw new TransportError(url, 'stored other bytes than were sent', { code: 'WRONG_ROOT' });
}

/** Many times what the others need: for a peer that takes a byte a second, silence alone would never count as broken. */
function deadlineMs({ policy, uploads }: Client, sizeBytes: number): number | undefined {
  const expectedMs = uploads.expectedMs(sizeBytes);
  return expectedMs === undefined ? undefined : Math.ceil(Math.max(policy.deadlineLeastMs, policy.deadlineFactor * expectedMs));
}

/** With the root the provider can refuse what was damaged on the way, replace what it holds damaged, and keep what a broken connection brought. */
async function headersOf(client: Client, { agreement, root }: FragmentToPut): Promise<Record<string, string>> {
  return { ...(await client.sessions.headers(agreement)), 'x-holdfast-root': toHex(root) };
}

function urlOf({ agreement, batchId, host }: FragmentToPut): string {
  return `${host.endpoint}/agreements/${agreement}/batches/${toHex(batchId)}/fragments/${host.slot}`;
}
