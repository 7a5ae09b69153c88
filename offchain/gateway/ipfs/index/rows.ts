/** The index: contents, and where each of their blocks lies. It holds nothing that could not be made anew. */
import type { RecordLocation } from '../../../codec/types.ts';
import type { Method } from '../../../codec/types.ts';
import type { Store } from '../../../store/open.ts';
import type { PublicLocation } from '../../../wire/named.ts';

export type Origin = 'own' | 'named' | 'kept';

export interface IndexedContent {
  readonly key: string;
  readonly origin: Origin;
  readonly contentId: string;
  readonly root: string;
  readonly sizeBytes: number;
  /** Of contents of others. */
  readonly location: PublicLocation | undefined;
}

export interface LeafPlace extends RecordLocation {
  readonly method: Method;
}

export interface BlockRow {
  readonly digest: string;
  readonly sizeBytes: number;
  /** An inner node, which is small; or where a leaf lies. */
  readonly at: { readonly node: Uint8Array } | { readonly place: LeafPlace };
}

const ROWS_AT_ONCE = 400;

/** Blocks come as they are made; the content counts once all of them are here, so whoever is killed in between starts it again. */
export async function writeContent(store: Store, content: Omit<IndexedContent, 'root'>, fill: (add: (row: BlockRow) => void, flush: () => Promise<void>) => Promise<string>): Promise<void> {
  const { key, origin, contentId, location } = content;
  await dropContent(store, key);
  const data = { origin, contentId, root: '', sizeBytes: BigInt(content.sizeBytes), location: location === undefined ? null : Uint8Array.from(Buffer.from(JSON.stringify(location))), state: 'filling', usedAt: new Date() };
  await store.ipfsContent.create({ data: { key, ...data } });
  let waiting = new Map<string, BlockRow>();
  const flush = async (isLast = false): Promise<void> => {
    while (waiting.size >= (isLast ? 1 : ROWS_AT_ONCE)) {
      const rows = [...waiting.values()];
      waiting = new Map(rows.slice(ROWS_AT_ONCE).map((row) => [row.digest, row]));
      const now = rows.slice(0, ROWS_AT_ONCE);
      const known = new Set((await store.ipfsBlock.findMany({ where: { content: key, digest: { in: now.map(({ digest }) => digest) } }, select: { digest: true } })).map(({ digest }) => digest));
      const fresh = now.filter(({ digest }) => !known.has(digest));
      if (fresh.length > 0) await store.ipfsBlock.createMany({ data: fresh.map((row) => ({ content: key, ...columns(row) })) });
    }
  };
  const root = await fill((row) => void waiting.set(row.digest, row), () => flush());
  await flush(true);
  await store.ipfsContent.update({ where: { key }, data: { root, state: 'ready' } });
}

function columns({ digest, sizeBytes, at }: BlockRow) {
  if ('node' in at) return { digest, sizeBytes, node: Uint8Array.from(at.node), place: null };
  const { agreement, bundle, batch, offset, storedSize, method } = at.place;
  return { digest, sizeBytes, node: null, place: JSON.stringify([agreement, bundle, batch, offset, storedSize, method]) };
}

/** All that is known of a block, inner nodes first; contents that are being filled or are gone do not count. */
export async function findBlock(store: Store, digest: string): Promise<{ readonly key: string; readonly row: BlockRow }[]> {
  const found = await store.ipfsBlock.findMany({ where: { digest }, take: 16 });
  const ready = new Set((await store.ipfsContent.findMany({ where: { key: { in: found.map(({ content }) => content) }, state: 'ready' }, select: { key: true } })).map(({ key }) => key));
  return found.filter(({ content }) => ready.has(content)).map(({ content, sizeBytes, node, place }) => {
    if (node !== null) return { key: content, row: { digest, sizeBytes, at: { node } } };
    const [agreement, bundle, batch, offset, storedSize, method] = JSON.parse(place ?? '[]') as [number, number, number, number, number, Method];
    return { key: content, row: { digest, sizeBytes, at: { place: { agreement, bundle, batch, offset, storedSize, method } } } };
  });
}

export async function readContent(store: Store, key: string): Promise<IndexedContent | undefined> {
  const row = await store.ipfsContent.findUnique({ where: { key } });
  if (row === null) return undefined;
  const { origin, contentId, root, sizeBytes, location } = row;
  return { key, origin: origin as Origin, contentId, root, sizeBytes: Number(sizeBytes), location: location === null ? undefined : (JSON.parse(Buffer.from(location).toString()) as PublicLocation) };
}

/** Keys of what is ready, oldest use first. */
export async function keysOf(store: Store, origin: Origin): Promise<string[]> {
  return (await store.ipfsContent.findMany({ where: { origin, state: 'ready' }, orderBy: { usedAt: 'asc' }, select: { key: true } })).map(({ key }) => key);
}

export async function dropContent(store: Store, key: string): Promise<void> {
  await store.ipfsContent.deleteMany({ where: { key } });
  await store.ipfsBlock.deleteMany({ where: { content: key } });
}

/** What was being filled when a gateway was ended. */
export async function dropUnfinished(store: Store): Promise<void> {
  for (const { key } of await store.ipfsContent.findMany({ where: { state: 'filling' }, select: { key: true } })) await dropContent(store, key);
}

/** The owner deleted it: its blocks are forgotten, its names are not, so that who asks is told so. */
export async function markGone(store: Store, key: string): Promise<void> {
  await store.ipfsContent.updateMany({ where: { key }, data: { state: 'gone' } });
  await store.ipfsBlock.deleteMany({ where: { content: key } });
}

export async function isGone(store: Store, cid: string): Promise<boolean> {
  return (await store.ipfsContent.count({ where: { state: 'gone', OR: [{ root: cid }, { contentId: cid }] } })) > 0;
}

export async function touch(store: Store, key: string): Promise<void> {
  await store.ipfsContent.updateMany({ where: { key }, data: { usedAt: new Date() } });
}
