/** Looking at an object, and reading it. */
import type { Objects } from './context.ts';
import type { ObjectVersion, OpenedObject, PlaceOfVersion } from './object-store.ts';
import { findVersion, shown, spooledOf } from './versions.ts';

export async function headObject({ store }: Objects, place: PlaceOfVersion): Promise<ObjectVersion> {
  const { row, record } = await findVersion(store, place);
  return shown(row, record, await spooledOf(store, [record]));
}

export async function getObject({ store, bodies }: Objects, place: PlaceOfVersion): Promise<OpenedObject> {
  const { row, record } = await findVersion(store, place);
  const version = shown(row, record, await spooledOf(store, [record]));
  const known = await bodies.packsOf(record.pieces);
  return { version, read: (range = { start: 0, end: version.sizeBytes }, signal) => bodies.read(record.pieces, range, { known, signal }) };
}
