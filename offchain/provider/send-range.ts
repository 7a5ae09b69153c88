import type { Response } from 'express';
import type { Charge } from '../reads/take/read-request.ts';
import type { FragmentRange } from './read-fragment.ts';

/** Sends a range as fast as the reader takes it; what was not sent is not charged. `onPiece` is told of every piece that went out. */
export async function sendRange(response: Response, { range, charge, onPiece }: { readonly range: FragmentRange; readonly charge: Charge | undefined; readonly onPiece: (sizeBytes: number) => void }): Promise<void> {
  let sentBytes = 0;
  try {
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('x-holdfast-proof-bytes', String(range.proofBytes));
    response.setHeader('content-length', String(range.sizeBytes + range.proofBytes));
    for await (const piece of range.pieces) {
      // A reader that has gone ends the reading.
      if (!(await sent(response, piece))) return;
      sentBytes += piece.length;
      onPiece(piece.length);
    }
    response.end();
  } finally {
    charge?.ended(sentBytes);
  }
}

/** Until the system has taken the bytes, which may then be overwritten. False when the reader has gone. */
async function sent(response: Response, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = (): void => resolve(false);
    if (response.destroyed) return gone();
    response.once('close', gone);
    response.write(piece, (error) => {
      response.off('close', gone);
      resolve(error === null || error === undefined);
    });
  });
}
