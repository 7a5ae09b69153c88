/** Fetches one fragment from its provider, piece by piece: each is paid for, verified, and only then the next one is asked for. */
import { toHex } from 'viem';
import { LEAF_SIZE, NODE_SIZE } from '../proof/hash.ts';
import { rangeProofLength } from '../proof/range-shape.ts';
import { verifyRange } from '../proof/verify-range.ts';
import type { FragmentKey } from '../provider/errors.ts';
import type { ReadPayer } from '../reads/pay/payer.ts';
import { requestBytes } from '../wire/http-client.ts';
import type { Cache } from './cache.ts';
import { PullError } from './errors.ts';
import type { KnownFragment } from './known-roots.ts';

/** 1 MiB. */
const PIECE_LEAVES = 4_096;
const IDLE_MS = 10_000;
/** For a whole piece: a provider that lets bytes drip keeps no other one waiting for long. */
const PIECE_MS = 60_000;

/** @throws PullError SLOT_EMPTY, BAD_PIECE, TOO_LARGE; RemoteError, TransportError; what paying throws */
export async function pull(parts: { readonly cache: Cache; readonly payer: ReadPayer }, key: FragmentKey, known: KnownFragment, signal: AbortSignal): Promise<void> {
  const { cache, payer } = parts;
  const { root, sizeBytes, host } = known;
  if (host === undefined) throw new PullError('SLOT_EMPTY', `slot ${key.slot} of agreement ${key.agreement} has no provider`, { ...key });
  await cache.receive(key, { root: toHex(root), sizeBytes, body: pieces(payer, key, { ...known, host }, signal) });
}

async function* pieces(payer: ReadPayer, key: FragmentKey, known: KnownFragment & { readonly host: NonNullable<KnownFragment['host']> }, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { host, leaves } = known;
  for (let first = 0; first < leaves; first += PIECE_LEAVES) {
    const count = Math.min(PIECE_LEAVES, leaves - first);
    const read = { node: host.provider, agreement: key.agreement, sizeBytes: count * LEAF_SIZE, signal };
    yield await payer.read(read, (headers) => fetchPiece(key, known, { first, count, endpoint: host.endpoint, headers, signal }));
  }
}

interface Piece {
  readonly first: number;
  readonly count: number;
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function fetchPiece(key: FragmentKey, { root, leaves }: KnownFragment, { first, count, endpoint, headers, signal }: Piece): Promise<Uint8Array> {
  const url = `${endpoint}/agreements/${key.agreement}/batches/${key.batchId}/fragments/${key.slot}?first=${first}&count=${count}`;
  const sizeBytes = count * LEAF_SIZE;
  const nodes = rangeProofLength({ leaves, first, count });
  const { bytes } = await requestBytes(url, { maxBytes: sizeBytes + nodes * NODE_SIZE, idleMs: IDLE_MS, timeoutMs: PIECE_MS, headers, signal });
  const data = bytes.subarray(0, sizeBytes);
  const proof = Array.from({ length: nodes }, (_, i) => bytes.subarray(sizeBytes + i * NODE_SIZE, sizeBytes + (i + 1) * NODE_SIZE));
  if (verifyRange({ root, leaves, first, data, proof })) return data;
  throw new PullError('BAD_PIECE', `leaves ${first} to ${first + count - 1} do not fit the root on the chain`, { ...key, first, count });
}
