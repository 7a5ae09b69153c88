/** The location that a resolved name stands for, wherever it is written. */
import { concat } from '../../codec/bytes.ts';
import { PublicLocation } from '../../wire/named.ts';
import { BadLocationError, NoSuchPublicNameError } from './errors.ts';
import { readPublicFile } from './read-public-file.ts';
import { openLocation } from './open-location.ts';
import type { PublicReader } from './public-reader.ts';
import type { ResolvedName } from './resolve-name.ts';

/** Of a location as JSON: some 800,000 batches. */
const LOCATION_BYTES_MAX = 64 << 20;

/** @throws NoSuchPublicNameError when it was withdrawn, BadLocationError, UnrecoverableError, RpcUnavailableError */
export async function locationOf(reader: PublicReader, { name, record, value }: Pick<ResolvedName, 'name' | 'record' | 'value'>, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<PublicLocation> {
  if (value.kind === 'withdrawn') throw new NoSuchPublicNameError(name, 'its owner took the content back');
  if (value.kind === 'object') return value.location;
  const opened = await openLocation(reader, value.location, options);
  const [entry] = opened.manifest.entries;
  if (entry?.kind !== 'file' || entry.size > LOCATION_BYTES_MAX) throw new BadLocationError(record.contentId, 'what it refers to is no location');
  const parts: Uint8Array[] = [];
  for await (const part of readPublicFile(reader, opened, entry, options)) parts.push(part.slice());
  const location = parseLocation(new TextDecoder().decode(concat(...parts)));
  if (location === undefined || location.contentId !== record.contentId || location.root !== record.root) throw new BadLocationError(record.contentId, 'what it refers to is of another object');
  return location;
}

function parseLocation(text: string): PublicLocation | undefined {
  try {
    return PublicLocation.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
