/** Puts together what opens some versions, or the part of them below a path, and nothing else. */
import { join } from '../../codec/bytes.ts';
import { readManifest } from '../../codec/decode.ts';
import { keysOfGeneration } from '../../codec/generations.ts';
import type { Grant, GrantedObject } from '../../codec/grant.ts';
import { type Manifest, type ManifestEntry, contentRoot } from '../../codec/manifest.ts';
import type { ChunkRef } from '../../codec/types.ts';
import { foreignKeysOf } from '../adopt/foreign-keys.ts';
import type { Client } from '../client.ts';
import { batchKeysFor } from '../named/batch-keys.ts';
import { NothingToShareError } from './errors.ts';
import type { ShareTarget } from './records.ts';
import type { SharedVersion } from './target.ts';

/** @throws NothingToShareError when nothing is at the path, UnrecoverableError, RpcUnavailableError */
export async function buildGrant(client: Client, target: ShareTarget, versions: readonly SharedVersion[], signal?: AbortSignal): Promise<Grant> {
  const objects: GrantedObject[] = [];
  for (const version of versions) {
    const object = await grantedObject(client, version, target.path, signal);
    if (object !== undefined) objects.push(object);
  }
  if (objects.length === 0) throw new NothingToShareError(target.name, `there is nothing at ${JSON.stringify(target.path ?? '')} in it`);
  const batches = foreignKeysOf(await batchKeysFor(client, objects.flatMap(({ manifest }) => manifest.chunks)));
  return { label: target.isPrefix ? `${target.name}*` : target.name, objects, batches };
}

async function grantedObject(client: Client, { name, version, ref, generation }: SharedVersion, path: string | undefined, signal: AbortSignal | undefined): Promise<GrantedObject | undefined> {
  const { platform, reader, secrets } = client;
  const keys = await secrets.keys();
  const all = await readManifest({ platform, keys, source: reader.source({ signal }), signal }, ref);
  const part = below(all, path);
  if (part.entries.length === 0) return undefined;
  const tree = { visibility: 'private' as const, ...part };
  const manifest: Manifest = { v: 1, name, created: all.created, parent: null, contentId: null, root: contentRoot(tree), ...tree };
  const { chunkKey } = await keysOfGeneration(keys.content, generation);
  const chunkKeys: Uint8Array[] = [];
  // Of each chunk its own: nothing follows from it for any other.
  for (const { chunkId } of part.chunks) chunkKeys.push(await platform.hmacSha256(chunkKey, chunkId));
  return { version, manifest, keys: join(chunkKeys) };
}

/** The entries at and below `path`, with the chunks that they need and no others, numbered by first use. */
function below({ entries, chunks }: Manifest, path: string | undefined): { entries: ManifestEntry[]; chunks: ChunkRef[] } {
  const prefix = path?.replace(/\/+$/, '');
  const chosen = prefix === undefined ? entries : entries.filter((entry) => entry.path === prefix || entry.path.startsWith(`${prefix}/`));
  const numbers = new Map<number, number>();
  const kept: ChunkRef[] = [];
  const renumber = (index: number): number => {
    const known = numbers.get(index);
    if (known !== undefined) return known;
    numbers.set(index, kept.length);
    kept.push(chunks[index] as ChunkRef);
    return kept.length - 1;
  };
  return { entries: chosen.map((entry) => ({ ...entry, chunks: entry.chunks.map(renumber) })), chunks: kept };
}
