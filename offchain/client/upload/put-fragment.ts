import { hexToBytes, toHex } from 'viem';
import { equal } from '../../codec/bytes.ts';
import { putBytes } from '../../wire/http-client.ts';
import { FragmentStored } from '../../wire/messages.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import type { Client } from '../client.ts';
import type { SlotHost } from '../fetch/agreement-view.ts';

export interface FragmentToPut {
  readonly agreement: number;
  readonly batchId: Uint8Array;
  readonly host: SlotHost;
  /** Sealed. */
  readonly bytes: Uint8Array;
  readonly root: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one fragment; returns when the provider has it on disk with the right root. @throws RemoteError, TransportError */
export async function putFragment(client: Client, fragment: FragmentToPut): Promise<void> {
  const { agreement, batchId, host, bytes, root, signal } = fragment;
  const url = `${host.endpoint}/agreements/${agreement}/batches/${toHex(batchId)}/fragments/${host.slot}`;
  // With the root the provider can refuse what was damaged on the way, and replace what it holds damaged.
  const headers = { ...(await client.sessions.headers(agreement)), 'x-holdfast-root': toHex(root) };
  const stored = await putBytes(url, { body: bytes, headers, schema: FragmentStored, idleMs: client.policy.idleMs, signal });
  if (!equal(hexToBytes(stored.root), root)) throw new TransportError(url, 'stored other bytes than were sent', { code: 'WRONG_ROOT' });
}
