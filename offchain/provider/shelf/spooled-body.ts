import { createHash } from 'node:crypto';
import type { ObjectBody } from '../../store/bucket/exchange.ts';
import type { FileLayer } from '../../store/files.ts';
import { BLOCK_BYTES, blocks } from '../blocks.ts';
import { withFile } from '../disk.ts';

/** A file as an object's body: read once for its SHA-256, and once for each time that it is sent, a block at a time. */
export async function spooledBody(layer: FileLayer, path: string, sizeBytes: number): Promise<ObjectBody> {
  const hash = createHash('sha256');
  await pourFile(layer, path, sizeBytes, async (piece) => void hash.update(piece));
  return { sizeBytes, sha256: hash.digest('hex'), pour: (write) => pourFile(layer, path, sizeBytes, write) };
}

function pourFile(layer: FileLayer, path: string, sizeBytes: number, take: (piece: Uint8Array) => Promise<void>): Promise<void> {
  return withFile(layer, path, 'r', async (file) => {
    const block = blocks.take();
    let isTaken = true;
    try {
      for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
        const piece = block.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at));
        if ((await file.read(piece, at)) < piece.length) throw Object.assign(new Error('the spooled file ends early'), { code: 'EIO' });
        isTaken = false;
        await take(piece);
        isTaken = true;
      }
    } finally {
      // A socket that broke off may still hold the block: then nobody uses it again.
      if (isTaken) blocks.give(block);
    }
  });
}
