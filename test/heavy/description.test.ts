import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { bytesToHex } from 'viem';
import { afterAll, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { describeBundle, isTrue } from '../../offchain/heavy/repair/description.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import { createLogger } from '../../offchain/store/log.ts';
import type { BundleDescription } from '../../offchain/wire/messages.ts';

function random() {
  return bytesToHex(nodePlatform.randomBytes(32));
}

const roots = [0, 1, 2].map(() => [0, 1, 2, 3].map(() => nodePlatform.randomBytes(32)));
const root = bytesToHex(treeRoot(roots.map((fragmentRoots) => treeRoot(fragmentRoots))));
const honest: BundleDescription = { root, batches: roots.map((fragmentRoots) => ({ batchId: random(), fragmentRoots: fragmentRoots.map((one) => bytesToHex(one)) })) };
const expected = { root, batches: 3, slots: 4 };

describe('isTrue', () => {
  it('accepts what hashes to the root on the chain', () => {
    expect(isTrue(honest, expected)).toBe(true);
  });

  it('does not look at the root that the provider claims', () => {
    expect(isTrue({ ...honest, root: random() }, expected)).toBe(true);
  });

  it.each([
    ['another fragment root', honest.batches.map((batch, i) => (i === 1 ? { ...batch, fragmentRoots: [random(), ...batch.fragmentRoots.slice(1)] } : batch))],
    ['a batch too few', honest.batches.slice(1)],
    ['a batch too many', [...honest.batches, ...honest.batches.slice(0, 1)]],
    ['batches in another order', [...honest.batches].reverse()],
    ['a slot too few', honest.batches.map((batch) => ({ ...batch, fragmentRoots: batch.fragmentRoots.slice(1) }))],
  ])('refuses %s', (_what, batches) => {
    expect(isTrue({ root, batches }, expected)).toBe(false);
  });
});

describe('describeBundle', () => {
  const servers: http.Server[] = [];
  afterAll(() => servers.forEach((server) => void server.close()));

  /** A provider that breaks every connection off, or answers. */
  async function serve(slot: number, isSilent: boolean): Promise<{ source: { slot: number; provider: number; endpoint: string }; asked: () => number }> {
    let asked = 0;
    const server = http.createServer((request, response) => {
      asked += 1;
      if (isSilent) request.socket.destroy();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(honest));
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return { source: { slot, provider: slot + 1, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, asked: () => asked };
  }

  it('asks whoever was silent twice no more as long as others answer, however many bundles there are', async () => {
    const [silent, first, second] = [await serve(0, true), await serve(1, false), await serve(2, false)];
    const context = { log: createLogger({ name: 'test', write: () => undefined }), signal: new AbortController().signal };
    const silences = new Map<number, number>();
    const question = { agreement: 1, onChain: { root, batches: 3 }, slots: 4, sources: [silent.source, first.source, second.source], silences };
    for (let bundle = 0; bundle < 6; bundle++) expect((await describeBundle(context, { ...question, bundle })).batches).toHaveLength(3);
    expect([first.asked(), second.asked()]).toEqual([6, 6]);
    // A connection that ends without an answer may be asked for once more by the client itself.
    expect(silent.asked()).toBeLessThanOrEqual(4);
    expect(silences.get(1)).toBe(2);
    // With nobody else there it is asked all the same.
    await expect(describeBundle(context, { ...question, bundle: 6, sources: [silent.source] })).rejects.toMatchObject({ code: 'NO_DESCRIPTION' });
    expect(silences.get(1)).toBe(3);
  });
});
