/** The sealed fragments of one batch, served with real proofs over real HTTP; it counts what it serves, and lies where it is told to. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { applySeal } from '../../offchain/codec/seal.ts';
import { encodeBatch } from '../../offchain/codec/stripe.ts';
import type { Geometry } from '../../offchain/codec/types.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { LEAF_SIZE } from '../../offchain/proof/hash.ts';
import { rangeEdges, rangeProof } from '../../offchain/proof/range-proof.ts';

export interface FragmentServer {
  readonly url: string;
  /** In slot order, unsealed: what a reader must get. */
  readonly fragments: readonly Uint8Array[];
  readonly roots: readonly Uint8Array[];
  /** Bytes of leaves and proofs by slot. */
  readonly served: Map<number, number>;
  /** Slots that turn one bit of every answer. */
  readonly liars: Set<number>;
  stop(): Promise<void>;
}

export async function startFragmentServer(options: { readonly geometry: Geometry; readonly payload: Uint8Array; readonly sealKey: Uint8Array; readonly batchId: Uint8Array }): Promise<FragmentServer> {
  const { geometry, payload, sealKey, batchId } = options;
  const fragments = encodeBatch(geometry, payload);
  const sealed = await Promise.all(fragments.map((data, slot) => applySeal(nodePlatform, { sealKey, batchId, slot, offset: 0, data })));
  const trees = sealed.map((fragment) => {
    const hasher = new FragmentHasher();
    hasher.update(fragment);
    return hasher.finish();
  });
  const served = new Map<number, number>();
  const liars = new Set<number>();
  const answer = (slot: number, first: number, count: number): Buffer => {
    const fragment = sealed[slot] as Uint8Array;
    const { upperTree } = trees[slot] as (typeof trees)[number];
    const { left, right } = rangeEdges({ leaves: geometry.leaves, first, count });
    const bytesOf = (edge: typeof left): Uint8Array | null => (edge === null ? null : fragment.subarray(edge.start, edge.end));
    const proof = rangeProof({ upperTree, first, count, left: bytesOf(left), right: bytesOf(right) });
    return Buffer.concat([fragment.subarray(first * LEAF_SIZE, (first + count) * LEAF_SIZE), ...proof]);
  };
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://here');
    const slot = Number(pathname.split('/').at(-1));
    const body = answer(slot, Number(searchParams.get('first')), Number(searchParams.get('count')));
    if (liars.has(slot)) body[0] = (body[0] ?? 0) ^ 1;
    served.set(slot, (served.get(slot) ?? 0) + body.length);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fragments, served, liars,
    roots: trees.map(({ root }) => root),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
