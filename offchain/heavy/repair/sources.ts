/** Providers that may still have fragments, and reads from them that are worth something only with their proof. */
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { NodeState } from '../../chain/node-state.ts';
import { provenLeaves, requestRange } from '../../wire/proven-range.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import { REPAIR_LEAVES } from '../limits.ts';
import { readerHeader } from '../reader-header.ts';
import { transferMs } from './deadline.ts';

const LEAF_BYTES = 256;

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
  /** For all of it; by its size where absent. */
  readonly timeoutMs?: number | undefined;
}

/** Sealed bytes of `count` leaves, proven to belong to `root`. @throws RepairError BAD_FRAGMENT, RemoteError, TransportError */
export async function fetchRange(context: Pick<HeavyContext, 'account' | 'chain' | 'signal'>, source: Source, request: RangeRequest): Promise<Uint8Array> {
  const { agreement, batchId, root, first, count, timeoutMs = transferMs(count * LEAF_BYTES) } = request;
  const headers = { authorization: await readerHeader(context, agreement) };
  const data = provenLeaves(await requestRange({ ...source, agreement, batchId }, request, { headers, timeoutMs, signal: context.signal }), request);
  if (data !== undefined) return data;
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
