/** Looks through a file's blocks before any byte of it is stored, and reads it. */
import type { CID } from 'multiformats/cid';
import type { BlockReader } from './car-tree.ts';
import { BadCarError, BadDagError } from './errors.ts';
import { type FileNode, isRaw, unixNode } from './unixfs-node.ts';

const DEPTH_MAX = 32;

interface FoundFile {
  readonly cid: CID;
  readonly node: FileNode;
}

/** Every block is there, and each part as long as the block above says. `checked`: those that need no second look. @throws BadCarError, BadDagError */
export async function checkFile(car: BlockReader, file: FoundFile, checked: Set<string>, depth = 0): Promise<void> {
  if (depth > DEPTH_MAX) throw new BadDagError(file.cid.toString(), 'lies too deep in its file');
  for (const { cid, sizeBytes } of file.node.parts) {
    // Parts without bytes could be named a million times, level upon level, at no cost.
    if (sizeBytes === 0) throw new BadDagError(file.cid.toString(), 'names a part of no bytes');
    const key = `${cid}/${sizeBytes}`;
    if (checked.has(key)) continue;
    if (isRaw(cid)) {
      const have = car.sizeOf(cid);
      if (have === undefined) throw new BadCarError(`block ${cid} is missing in it`, { cid: cid.toString() });
      if (have !== sizeBytes) throw wrongSize(file.cid, cid, { have, sizeBytes });
    } else {
      const node = await partOf(car, file.cid, { cid, sizeBytes });
      await checkFile(car, { cid, node }, checked, depth + 1);
    }
    checked.add(key);
  }
}

/** @throws BadCarError, BadDagError */
export async function* fileBytes(car: BlockReader, { cid, node }: FoundFile): AsyncGenerator<Uint8Array, void> {
  if (node.inline.length > 0) yield node.inline;
  for (const part of node.parts) yield* fileBytes(car, { cid: part.cid, node: await partOf(car, cid, part) });
}

async function partOf(car: BlockReader, above: CID, { cid, sizeBytes }: { cid: CID; sizeBytes: number }): Promise<FileNode> {
  const node = unixNode(cid, await car.get(cid));
  if (node.kind !== 'file') throw new BadDagError(cid.toString(), 'should be part of a file');
  if (node.sizeBytes !== sizeBytes) throw wrongSize(above, cid, { have: node.sizeBytes, sizeBytes });
  return node;
}

function wrongSize(above: CID, cid: CID, { have, sizeBytes }: { have: number; sizeBytes: number }): BadDagError {
  return new BadDagError(above.toString(), `says that ${cid} has ${sizeBytes} bytes of the file; it has ${have}`);
}
