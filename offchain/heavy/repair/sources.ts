/** Providers that may still have fragments, and reads from them that are worth something only with their proof. */
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { NodeState } from '../../chain/node-state.ts';
import { verifyRange } from '../../proof/verify-range.ts';
import { requestBytes } from '../../wire/http-client.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import { REPAIR_LEAVES } from '../limits.ts';
import { readerHeader } from '../reader-header.ts';

const LEAF_BYTES = 256;
const NODE_BYTES = 32;
/** A path has two siblings per level at most, and a fragment of 256 MiB has 20 levels. */
const PROOF_BYTES_MAX = 2 * 20 * NODE_BYTES;

export interface Source {
  readonly slot: number;
  readonly provider: number;
  readonly endpoint: string;
}

/** The slots of an agreement, but for `lost`: healthy providers first, then faulted ones (some still answer), data slots before parity. */
export function sourcesOf(agreement: AgreementState, nodes: readonly NodeState[], lost?: number): Source[] {
  const endpoints = new Map(nodes.map((node) => [node.id, node.endpoint]));
  return agreement.slots
    .filter(({ slot, provider }) => slot !== lost && provider !== 0)
    .sort((a, b) => Number(a.faulted) - Number(b.faulted) || a.slot - b.slot)
    .map(({ slot, provider }) => ({ slot, provider, endpoint: endpoints.get(provider) ?? '' }));
}

export interface RangeRequest {
  readonly agreement: number;
  readonly batchId: Hex;
  readonly root: Uint8Array;
  /** Leaves of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

/** Sealed bytes of `count` leaves, proven to belong to `root`. @throws RepairError BAD_FRAGMENT, RemoteError, TransportError */
export async function fetchRange(context: HeavyContext, source: Source, request: RangeRequest): Promise<Uint8Array> {
  const { agreement, batchId, root, leaves, first, count } = request;
  const url = `${source.endpoint}/agreements/${agreement}/batches/${batchId}/fragments/${source.slot}?first=${first}&count=${count}`;
  const sizeBytes = count * LEAF_BYTES;
  const headers = { authorization: await readerHeader(context, agreement) };
  const { bytes } = await requestBytes(url, { headers, maxBytes: sizeBytes + PROOF_BYTES_MAX, signal: context.signal });
  const data = bytes.subarray(0, sizeBytes);
  const proof = chunksOf(bytes.subarray(sizeBytes));
  if (data.length === sizeBytes && verifyRange({ root, leaves, first, data, proof })) return data;
  throw new RepairError('BAD_FRAGMENT', `Provider ${source.provider} sent bytes that are not those of fragment ${source.slot}.`, {
    agreement,
    batchId,
    root: bytesToHex(root),
    first,
    count,
  });
}

/** The whole sealed fragment, range by range. @throws as `fetchRange` */
export async function fetchFragment(context: HeavyContext, source: Source, request: Omit<RangeRequest, 'first' | 'count'>): Promise<Uint8Array> {
  const { leaves } = request;
  const fragment = new Uint8Array(leaves * LEAF_BYTES);
  for (let first = 0; first < leaves; first += REPAIR_LEAVES) {
    const count = Math.min(REPAIR_LEAVES, leaves - first);
    fragment.set(await fetchRange(context, source, { ...request, first, count }), first * LEAF_BYTES);
  }
  return fragment;
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / NODE_BYTES) }, (_, i) => bytes.subarray(i * NODE_BYTES, (i + 1) * NODE_BYTES));
}
