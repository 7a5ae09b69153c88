/** One pack: the bodies and changes of one commit, stored as one object of the creator's. */
import type { SourceObject } from '../../codec/archive.ts';
import type { Client } from '../../client/client.ts';
import { type PutResult, put } from '../../client/put.ts';
import { CHANGES_PATH, bodyPath } from './packs.ts';

export interface PackedBody {
  readonly id: string;
  readonly sizeBytes: number;
}

export interface PackPlan {
  readonly name: string;
  readonly agreement: number | undefined;
  /** Another plan has another one. */
  readonly sequence: number;
  readonly bodies: readonly PackedBody[];
  readonly readBody: (body: PackedBody) => AsyncIterable<Uint8Array>;
  /** Read after the bodies. */
  readonly readChanges: () => AsyncIterable<Uint8Array>;
  readonly changesBytes: number;
  /** False: every byte is stored anew, because the packs that have it now are going to be given up. */
  readonly dedupe: boolean;
  /** Throws when the pack may not be written. Asked whenever what is in the network was looked at anew. */
  readonly check: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Returns when it is committed. A body that cannot be read ends it, and nothing is stored. */
export function writePack(client: Client, plan: PackPlan): Promise<PutResult> {
  const { name, agreement, dedupe, signal } = plan;
  return put(client, { paths: [], source: { open: () => objectsOf(plan) }, name, agreement, dedupe, chunking: CHUNKING, signal });
}

/** A quarter of what is usual: a range waits for the whole of the chunks that it touches. */
export const CHUNKING = { kind: 'cdc', sizeBytes: 256 << 10 } as const;

async function* objectsOf({ bodies, readBody, readChanges, sequence, changesBytes, check }: PackPlan): AsyncGenerator<SourceObject, void> {
  await check();
  for (const body of bodies) yield { ...FILE, path: bodyPath(body.id), size: body.sizeBytes, open: () => whole(body, readBody(body)) };
  yield { ...FILE, path: CHANGES_PATH, size: changesBytes, mtimeMs: sequence, open: readChanges };
}

export const FILE = { kind: 'file', mode: 0o600, mtimeMs: 0 } as const;

async function* whole({ id, sizeBytes }: PackedBody, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let read = 0;
  for await (const piece of bytes) {
    read += piece.length;
    yield piece;
  }
  if (read !== sizeBytes) throw new RangeError(`the body ${id} has ${read} bytes instead of ${sizeBytes}`);
}
