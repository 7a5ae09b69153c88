import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgreementView } from '../../offchain/client/fetch/agreement-view.ts';
import { ProviderHealth } from '../../offchain/client/fetch/health.ts';
import { leavesOf } from '../../offchain/client/fetch/leaf-runs.ts';
import type { Piece, PieceContext } from '../../offchain/client/fetch/piece.ts';
import { readPiece } from '../../offchain/client/fetch/piece-reader.ts';
import { SharedReads } from '../../offchain/client/fetch/shared-reads.ts';
import { Gate } from '../../offchain/client/gate.ts';
import { Lanes } from '../../offchain/client/lanes.ts';
import { DEFAULT_POLICY } from '../../offchain/client/policy.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { inlinePool } from '../../offchain/codec/pool/pool.ts';
import { batchKey } from '../../offchain/codec/seal.ts';
import { stripeRange } from '../../offchain/codec/stripe.ts';
import { BufferPool } from '../../offchain/wire/buffer-pool.ts';
import { range, seededRandom } from '../codec/random.ts';
import { type FragmentServer, startFragmentServer } from './fragment-server.ts';
import { noise } from './tree.ts';

const NOWHERE = 'http://127.0.0.1:1';
const sealKey = noise('seal key', 32);
const batchId = noise('batch', 32);

/** A batch whose slot i is provider i + 1's, and readers that know nothing of each other. */
class Batch {
  readonly geometry: ReturnType<typeof geometry>;
  readonly server: FragmentServer;

  private constructor(shape: ReturnType<typeof geometry>, server: FragmentServer) {
    this.geometry = shape;
    this.server = server;
  }

  static async start(shape: { k: number; m: number; batchLog2: number }): Promise<Batch> {
    const full = geometry(shape);
    const payload = seededRandom(shape.k).bytes(full.payloadSize);
    return new Batch(full, await startFragmentServer({ geometry: full, payload, sealKey, batchId }));
  }

  /** `dead` refuse connections; `isKnown`: the reader has found out already. `vacant` slots have no provider, `late` ones only seem to be slow. */
  reader({ dead = [], vacant = [], late = [], isKnown = true }: { dead?: readonly number[]; vacant?: readonly number[]; late?: readonly number[]; isKnown?: boolean }): (slot: number, stripe: number) => Promise<Uint8Array> {
    const { geometry: shape, server } = this;
    server.served.clear();
    const hosts = range(shape.n).filter((slot) => !vacant.includes(slot))
      .map((slot) => ({ slot, provider: slot + 1, operator: '0x0', endpoint: dead.includes(slot) ? NOWHERE : server.url, region: slot }));
    const view = { id: 7, state: { creator: '0x0' }, geometry: shape, hosts, quorum: shape.k } as unknown as AgreementView;
    const health = new ProviderHealth(DEFAULT_POLICY);
    if (isKnown) for (const slot of dead) health.failed(slot + 1, 'refused');
    for (const slot of late) health.failed(slot + 1, 'late');
    const context: PieceContext = {
      pool: inlinePool(nodePlatform), health, shared: new SharedReads(DEFAULT_POLICY.cacheBytes), gate: new Gate(DEFAULT_POLICY.readsAtOnce),
      memory: new BufferPool({ bufferBytes: 1 << 20, kept: 8, isShared: true }), lanes: new Lanes({ startAtOnce: 2, maxAtOnce: 8 }), begun: new Map(), idleMs: 5_000,
      source: { read: ({ endpoint, signal }, send) => send({ endpoint, headers: {}, signal }) },
    };
    const batch = { batchId, fragmentRoots: server.roots };
    return async (slot, stripe) => {
      const { start, end } = stripeRange(shape, stripe);
      const run = leavesOf(shape, { slot, fragmentOffset: start, payloadOffset: 0, sizeBytes: end - start }, true);
      const piece: Piece = { view, batchKey: await batchKey(nodePlatform, { sealKey, batchId }), bundle: 0, batch, acknowledged: 2n ** BigInt(shape.n) - 1n, slot, ...run, isWholeUnit: true };
      const { bytes, release } = await readPiece(context, piece);
      const copy = bytes.slice();
      release();
      return copy;
    };
  }

  /** Reads all data slots' units of a stripe at once, and compares. */
  async check(read: (slot: number, stripe: number) => Promise<Uint8Array>, what: string): Promise<void> {
    for (let stripe = 0; stripe < this.geometry.stripes; stripe++) {
      const { start, end } = stripeRange(this.geometry, stripe);
      const units = await Promise.all(range(this.geometry.k).map((slot) => read(slot, stripe)));
      for (const [slot, unit] of units.entries()) {
        expect(Buffer.compare(unit, (this.server.fragments[slot] as Uint8Array).subarray(start, end)), `${what}: slot ${slot} of stripe ${stripe}`).toBe(0);
      }
    }
  }

  /** No slot serves a byte twice, and all together no more than k slots do. */
  expectShares(what: string): void {
    const { k, fragmentSize } = this.geometry;
    const served = [...this.server.served.values()];
    expect(Math.max(...served), what).toBeLessThanOrEqual(1.05 * fragmentSize);
    expect(served.reduce((sum, one) => sum + one, 0), what).toBeLessThanOrEqual(1.05 * k * fragmentSize);
  }
}

/** Every set of at most `atMost` of `n` slots. */
function patterns(n: number, atMost: number): number[][] {
  return range(2 ** n).map((bits) => range(n).filter((slot) => (bits >> slot) % 2 === 1)).filter(({ length }) => length > 0 && length <= atMost);
}

describe.each([{ k: 2, m: 2 }, { k: 4, m: 4 }])('$k+$m', ({ k, m }) => {
  let batch: Batch;
  beforeAll(async () => {
    batch = await Batch.start({ k, m, batchLog2: 16 });
  });
  afterAll(() => batch.server.stop());

  it('gives the right bytes for every pattern of up to m dead slots, and asks for k pieces of each stripe', async () => {
    for (const dead of patterns(k + m, m)) {
      await batch.check(batch.reader({ dead }), `dead: ${dead.join()}`);
      batch.expectShares(`dead: ${dead.join()}`);
    }
  });

  it('does so when it finds out on the way', async () => {
    for (const dead of patterns(k + m, m)) {
      await batch.check(batch.reader({ dead, isKnown: false }), `dead: ${dead.join()}`);
      batch.expectShares(`dead: ${dead.join()}`);
    }
  });

  it('takes no wrong byte from a source', async () => {
    for (const bad of patterns(k + m, m).filter(({ length }) => length === m)) {
      const [liar, ...dead] = bad;
      batch.server.liars.add(liar as number);
      await batch.check(batch.reader({ dead }), `dead: ${dead.join()}, liar: ${liar}`);
      batch.server.liars.clear();
    }
  });

  it('fails with all reasons beyond m', async () => {
    const dead = range(m + 1);
    await expect(batch.reader({ dead })(0, 0)).rejects.toMatchObject({ code: 'UNRECOVERABLE', details: { need: k, have: k - 1 } });
    const vacant = range(m);
    await batch.check(batch.reader({ vacant }), 'all of m vacant');
    await expect(batch.reader({ vacant, dead: [m] })(0, 0)).rejects.toMatchObject({ code: 'UNRECOVERABLE' });
  });
});

describe('10+6, where the last stripe is cut', () => {
  const SHAPE = { k: 10, m: 6, batchLog2: 24 };
  let batch: Batch;
  beforeAll(async () => {
    batch = await Batch.start(SHAPE);
  });
  afterAll(() => batch.server.stop());

  it('gives the right bytes for random patterns, and each provider serves its share', async () => {
    const { stripes, fragmentSize, unit } = batch.geometry;
    expect([stripes, fragmentSize % unit > 0]).toEqual([2, true]);
    const random = seededRandom(1006);
    const sets = [range(6), range(16).slice(10), ...range(6).map((i) => random.shuffled(range(16)).slice(0, 1 + i))];
    for (const [i, dead] of sets.entries()) {
      await batch.check(batch.reader({ dead, isKnown: i % 2 === 0 }), `dead: ${dead.join()}`);
      batch.expectShares(`dead: ${dead.join()}`);
    }
  });

  it('goes on using one that was late where the others do not suffice', async () => {
    await batch.check(batch.reader({ dead: range(6), late: [7, 12] }), 'late');
    batch.expectShares('late');
  });
});
