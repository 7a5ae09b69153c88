/** What every kind of `CreatorState` must do. Plain functions: one of them runs in a page. Each gets a state of its own, empty, and a way to open it again. */
import type { ChunkRef } from '../../offchain/codec/types.ts';
import type { ConfirmedFragment, CreatorState } from '../../offchain/client/state/creator-state.ts';

export interface Desk {
  readonly state: CreatorState;
  /** Closes it and opens it again, as after a restart. */
  reopen(): Promise<CreatorState>;
}

const CREATOR = '0x1111111111111111111111111111111111111111';
const OTHER = '0x2222222222222222222222222222222222222222';

function same(have: unknown, want: unknown): void {
  const [a, b] = [text(have), text(want)];
  if (a !== b) throw new Error(`have ${a}, want ${b}`);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Uint8Array ? [...one] : one === undefined ? '(undefined)' : one));
}

function chunk(i: number, place: Partial<ChunkRef> = {}): ChunkRef {
  const chunkId = new Uint8Array(32).fill(7);
  new DataView(chunkId.buffer).setUint32(0, i);
  return { chunkId, agreement: 3, size: 100 + i, method: 1, bundle: 0, batch: 1, offset: 10 * i, storedSize: 50, ...place };
}

function fragment(slot: number, more: Partial<ConfirmedFragment> = {}): ConfirmedFragment {
  return { slot, batchId: '0xaa', root: '0xbb', provider: 9, ...more };
}

const bySlot = (rows: readonly ConfirmedFragment[] | undefined) => rows?.map(({ slot, batchId, root, provider }) => [slot, batchId, root, provider]).sort((a, b) => Number(a[0]) - Number(b[0]));
const rowsOf = async (state: CreatorState) => (await state.agreements()).map(({ agreement, bundles, indexed, sealed }) => [agreement, bundles, indexed, sealed]).sort((a, b) => Number(a[0]) - Number(b[0]));
const catalog = (sequence: number, bundle: number, agreement = 3) => ({ sequence, agreement, bundle, bytes: Uint8Array.of(sequence, 2, 3) });

export const stateSuite: Readonly<Record<string, (desk: Desk) => Promise<void>>> = {
  async 'belongs to whoever claims it first, and keeps the mark of his key'({ state, reopen }) {
    same(await state.claim(CREATOR), { creator: CREATOR, keyCheck: null });
    await state.noteKeyCheck(CREATOR, '0x01');
    same(await state.claim(OTHER), { creator: CREATOR, keyCheck: '0x01' });
    same(await (await reopen()).claim(CREATOR), { creator: CREATOR, keyCheck: '0x01' });
  },

  async 'keeps the newest catalog, its place, and whether it is published'({ state, reopen }) {
    same([await state.catalog(CREATOR), await state.catalogPlace(CREATOR)], [undefined, undefined]);
    await state.saveFollowed(CREATOR, { catalog: catalog(1, 0), bundles: [[3, 1], [4, 7]] });
    await state.notePublished(CREATOR);
    same((await state.catalog(CREATOR))?.published, true);
    await state.saveFollowed(CREATOR, { bundles: [[3, 2]] });
    same((await state.catalog(CREATOR))?.published, true);
    await state.saveFollowed(CREATOR, { catalog: catalog(2, 5), bundles: [] });
    const again = await reopen();
    const { sequence, agreement, bundle, bytes, published } = (await again.catalog(CREATOR))!;
    same([sequence, agreement, bundle, bytes, published], [2, 3, 5, Uint8Array.of(2, 2, 3), false]);
    const place = (await again.catalogPlace(CREATOR))!;
    same([place.sequence, place.agreement, place.bundle], [2, 3, 5]);
    same(await rowsOf(again), [[3, 2, 0, false], [4, 7, 0, false]]);
    same(await again.catalog(OTHER), undefined);
  },

  async 'knows agreements: new ones, sealed ones, and forgets nothing of them'({ state }) {
    same(await state.agreement(8), undefined);
    await state.noteAgreement(8);
    await state.noteSealed(8);
    await state.noteSealed(9);
    await state.noteAgreement(8);
    await state.saveFollowed(CREATOR, { bundles: [[8, 3]] });
    same(await rowsOf(state), [[8, 3, 0, true], [9, 0, 0, true]]);
  },

  async 'counts an own bundle as indexed where all before it are'({ state }) {
    await state.saveStored(CREATOR, { catalog: catalog(1, 0), chunks: [chunk(1)] });
    await state.saveStored(CREATOR, { catalog: catalog(2, 1), chunks: [chunk(2, { bundle: 1 })] });
    same(await rowsOf(state), [[3, 2, 2, false]]);
    // Another machine stored bundle 2.
    await state.saveFollowed(CREATOR, { catalog: catalog(3, 2), bundles: [[3, 3]] });
    await state.saveStored(CREATOR, { catalog: catalog(4, 3), chunks: [chunk(4, { bundle: 3 })] });
    same(await rowsOf(state), [[3, 4, 2, false]]);
    await state.saveIndexed({ agreement: 3, bundles: 4, chunks: [chunk(3, { bundle: 2 }), chunk(4, { bundle: 3 })] });
    same(await rowsOf(state), [[3, 4, 4, false]]);
    same([await state.countChunks(3), await state.countChunks(), await state.countChunks(4)], [4, 4, 0]);
  },

  async 'finds chunks by id and in pages; the same one again takes the place of the first'({ state, reopen }) {
    const many = Array.from({ length: 1_203 }, (_, i) => chunk(1_203 - i));
    await state.saveIndexed({ agreement: 3, bundles: 1, chunks: [...many, chunk(5, { size: 999, bundle: 1 })] });
    await state.saveIndexed({ agreement: 4, bundles: 1, chunks: [chunk(5, { agreement: 4 })] });
    const again = await reopen();
    same(await again.countChunks(3), 1_203);
    const sizes: number[] = [];
    for (let after: Uint8Array | undefined; ; ) {
      const page = await again.chunksAfter(3, after, 500);
      sizes.push(...page.map(({ size }) => size));
      if (page.length < 500) break;
      after = page.at(-1)!.chunkId;
    }
    same(sizes, Array.from({ length: 1_203 }, (_, i) => (i === 4 ? 999 : 101 + i)));
    const found = (await again.findChunk(3, chunk(5).chunkId))!;
    same([found.agreement, found.size, found.bundle, found.batch, found.offset, found.storedSize, found.method, found.chunkId], [3, 999, 1, 1, 50, 50, 1, chunk(5).chunkId]);
    same((await again.findChunk(4, chunk(5).chunkId))?.size, 105);
    same(await again.findChunk(3, chunk(9_999).chunkId), undefined);
  },

  async 'forgets the chunks of some bundles of one agreement'({ state }) {
    await state.saveIndexed({ agreement: 3, bundles: 3, chunks: [chunk(1), chunk(2, { bundle: 1 }), chunk(3, { bundle: 2 }), chunk(4, { bundle: 1, agreement: 4 })] });
    await state.forgetChunks(3, [1, 2, 77]);
    await state.forgetChunks(3, []);
    same([await state.countChunks(3), await state.countChunks(4), (await state.findChunk(3, chunk(1).chunkId))?.bundle], [1, 1, 0]);
  },

  async 'goes on with an upload that was not committed, and with no other'({ state, reopen }) {
    const key = { agreement: 3, name: 'photos', sourceDigest: 'd1' };
    const first = await state.openUpload(key, 1_000);
    same([first.created, first.confirmed], [1_000, undefined]);
    await state.noteConfirmed(first.id, 0, [fragment(0), fragment(2)]);
    await state.noteConfirmed(first.id, 1, [fragment(0, { batchId: '0xcc' })]);
    await state.noteConfirmed(first.id, 0, [fragment(2, { provider: 10 })]);
    await state.noteRoot(first.id, 4, '0xdd');
    const again = await reopen();
    const second = await again.openUpload(key, 2_000);
    same([second.id, second.created], [first.id, 1_000]);
    same(bySlot(second.confirmed?.filter(({ batchId }) => batchId === '0xaa')), [[0, '0xaa', '0xbb', 9], [2, '0xaa', '0xbb', 10]]);
    same(second.confirmed?.length, 3);
    await again.forgetConfirmed(second.id, [0]);
    same(bySlot((await again.openUpload(key, 3_000)).confirmed), [[2, '0xaa', '0xbb', 10]]);
    // The same name in another agreement, and another name, are others.
    same((await again.openUpload({ ...key, agreement: 4 }, 4_000)).created, 4_000);
    same((await again.openUpload({ ...key, name: 'other' }, 5_000)).created, 5_000);
    same((await again.openUpload(key, 6_000)).created, 1_000);
    await again.noteCommitted(second.id, '0xee');
    const third = await again.openUpload(key, 7_000);
    same([third.id === first.id, third.created, third.confirmed], [false, 7_000, undefined]);
    await again.dropUpload(third.id);
    same((await again.openUpload({ ...key, name: 'other' }, 8_000)).created, 5_000);
  },

  async 'drops an upload of other content when a new one of that name begins'({ state }) {
    const key = { agreement: 3, name: 'photos', sourceDigest: 'd1' };
    const first = await state.openUpload(key, 1_000);
    await state.noteConfirmed(first.id, 0, [fragment(0)]);
    await state.openUpload({ ...key, sourceDigest: 'd2' }, 2_000);
    const third = await state.openUpload(key, 3_000);
    same([third.created, third.confirmed], [3_000, undefined]);
  },

  async 'keeps letters'({ state, reopen }) {
    same(await state.readLetters(), undefined);
    await state.writeLetters('[1]');
    await state.writeLetters('[1,2]');
    same(await (await reopen()).readLetters(), '[1,2]');
  },

  async 'writes all of a step or nothing'({ state }) {
    await state.saveStored(CREATOR, { catalog: catalog(1, 0), chunks: [chunk(1)] });
    const broken = (function* () {
      for (let i = 10; i < 300; i++) yield chunk(i, { bundle: 1 });
      throw new Error('the disk is gone');
    })();
    const why = await state.saveStored(CREATOR, { catalog: catalog(2, 1), chunks: broken }).then(() => 'saved', (error: Error) => error.message);
    same(why, 'the disk is gone');
    same([await state.countChunks(), (await state.catalogPlace(CREATOR))?.sequence, await rowsOf(state)], [1, 1, [[3, 1, 1, false]]]);
  },

  async 'runs what is to be done once at a time, and gives back what it gave or threw'({ state }) {
    same(await state.exclusively('x', async () => 5), 5);
    same(await state.exclusively('x', () => Promise.reject(new Error('no'))).catch((error: Error) => error.message), 'no');
    same(await state.exclusively('x', () => state.exclusively('y', async () => 6)), 6);
  },
};
