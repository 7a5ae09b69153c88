/** What somebody else needs to read some stored versions and nothing more: their entries, a key for each chunk, the keys of their batches. */
import { encodeCbor } from './cbor-writer.ts';
import type { ForeignKeys } from './catalog.ts';
import { type Manifest, contentRoot, decodeManifest, encodeManifest } from './manifest.ts';
import { equal } from './bytes.ts';
import { type Reader, U32_MAX, decodeCbor } from './strict-cbor.ts';

/** One version of one name, or the part of it below a path. */
export interface GrantedObject {
  /** Counted from 1, as its owner lists it. */
  readonly version: number;
  /** Names its bundles. `parent` and `contentId` are null: they would lead to what is not granted. */
  readonly manifest: Manifest;
  /** 32 bytes for each chunk of the manifest, in its order. */
  readonly keys: Uint8Array;
}

export interface Grant {
  /** What its owner calls it: a name, or the beginning of names. */
  readonly label: string;
  readonly objects: readonly GrantedObject[];
  /** What unseals the batches that the chunks lie in. */
  readonly batches: readonly ForeignKeys[];
}

const OBJECTS_MAX = 4_096;
const LABEL_CHARS = 4_096;

/** dag-cbor {v, label, objects: [[version, manifest, keys]...], batches: [[agreement, bundle, batch, keys]...]}. */
export function encodeGrant({ label, objects, batches }: Grant): Uint8Array {
  return encodeCbor({
    v: 1,
    label,
    objects: objects.map(({ version, manifest, keys }) => [version, encodeManifest(manifest), keys]),
    batches: batches.map(({ agreement, bundle, batch, keys }) => [agreement, bundle, batch, keys]),
  });
}

/** Its writer may be anybody: paths, sizes and places are checked. Throws MalformedError. */
export function decodeGrant(bytes: Uint8Array): Grant {
  const field = decodeCbor('grant', bytes).fields('v', 'label', 'objects', 'batches');
  field.v.oneOf(1);
  const rows = field.objects.list();
  if (rows.length > OBJECTS_MAX) field.objects.fail(`has more than ${OBJECTS_MAX} objects`);
  const objects: GrantedObject[] = [];
  for (const row of rows) objects.push(objectFromCbor(row));
  return { label: field.label.text(LABEL_CHARS), objects, batches: field.batches.list().map(batchFromCbor) };
}

function objectFromCbor(row: Reader): GrantedObject {
  const [version, document, keys] = row.tuple(3) as [Reader, Reader, Reader];
  const manifest = decodeManifest(document.bytes());
  if (manifest.visibility !== 'private' || manifest.parent !== null || manifest.contentId !== null) row.fail('is of no private object');
  if (manifest.chunks.some(({ bundle }) => bundle === null)) row.fail('does not say in which bundle it lies');
  if (!equal(contentRoot(manifest), manifest.root)) row.fail('has entries that do not fit its root');
  return { version: version.integer(1, U32_MAX), manifest, keys: keys.bytes(32 * manifest.chunks.length) };
}

function batchFromCbor(row: Reader): ForeignKeys {
  const [agreement, bundle, batch, keys] = row.tuple(4) as [Reader, Reader, Reader, Reader];
  const bytes = keys.bytes();
  if (bytes.length === 0 || bytes.length % 32 !== 0) keys.fail('must be keys of 32 bytes');
  return { agreement: agreement.integer(1, U32_MAX), bundle: bundle.integer(0, U32_MAX), batch: batch.integer(0, U32_MAX), keys: bytes };
}
