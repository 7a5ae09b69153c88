/** The register of public contents in the database. */
import type { Store } from '../../store/open.ts';
import { PublicLocation } from '../../wire/named.ts';

export interface KeptRow {
  readonly contentId: string;
  /** Of the location's manifest. */
  readonly agreement: number;
  readonly location: PublicLocation;
}

const decoder = new TextDecoder();

export async function rowsOf(store: Store, contentId: string): Promise<KeptRow[]> {
  return (await store.keptContent.findMany({ where: { contentId }, orderBy: { agreement: 'asc' } })).map(opened);
}

/** In the order of (content, agreement), behind `after`. */
export async function rowsAfter(store: Store, after: Pick<KeptRow, 'contentId' | 'agreement'>, limit: number): Promise<KeptRow[]> {
  const { contentId, agreement } = after;
  const rows = await store.keptContent.findMany({
    where: { OR: [{ contentId: { gt: contentId } }, { contentId, agreement: { gt: agreement } }] },
    orderBy: [{ contentId: 'asc' }, { agreement: 'asc' }],
    take: limit,
  });
  return rows.map(opened);
}

export async function writeRow(store: Store, location: PublicLocation, endPeriod: number): Promise<void> {
  const { contentId, manifest: { agreement } } = location;
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(location)));
  const data = { endPeriod, sizeBytes: bytes.length, location: bytes };
  await store.keptContent.upsert({ where: { contentId_agreement: { contentId, agreement } }, create: { contentId, agreement, ...data }, update: data });
}

export async function dropRow(store: Store, { contentId, agreement }: Pick<KeptRow, 'contentId' | 'agreement'>): Promise<void> {
  await store.keptContent.deleteMany({ where: { contentId, agreement } });
}

export async function countRows(store: Store, of: { readonly agreement?: number } = {}): Promise<number> {
  return store.keptContent.count({ where: of });
}

/** Of all locations. */
export async function bytesOfRows(store: Store): Promise<number> {
  return (await store.keptContent.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0;
}

function opened({ contentId, agreement, location }: { contentId: string; agreement: number; location: Uint8Array }): KeptRow {
  return { contentId, agreement, location: PublicLocation.parse(JSON.parse(decoder.decode(location))) };
}
