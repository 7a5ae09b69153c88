import type { Response } from 'express';
import type { Charge } from '../reads/take/read-request.ts';
import type { BundleDocument } from './get-bundle.ts';
import type { FragmentRange } from './read-fragment.ts';
import type { ReadPlace } from './read-places.ts';

/** A piece that nobody takes for so long has no reader any more: even an idle provider does not keep its memory for it. */
const PIECE_TIMEOUT_MS = 60_000;

interface Sending {
  readonly range: FragmentRange;
  readonly charge: Charge | undefined;
  readonly place: ReadPlace;
  /** Told of every piece that went out. */
  readonly onPiece: (sizeBytes: number) => void;
}

/** Sends a range as fast as the reader takes it; what was not sent is not charged. A reader that takes nothing is cut off. */
export async function sendRange(response: Response, { range, charge, place, onPiece }: Sending): Promise<void> {
  let sentBytes = 0;
  const cut = (): void => void response.destroy();
  place.signal.addEventListener('abort', cut, { once: true });
  try {
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('x-holdfast-proof-bytes', String(range.proofBytes));
    response.setHeader('content-length', String(range.sizeBytes + range.proofBytes));
    for await (const piece of range.pieces) {
      // A reader that has gone ends the reading.
      if (place.signal.aborted || !(await place.waiting(() => sent(response, piece)))) return;
      sentBytes += piece.length;
      onPiece(piece.length);
    }
    response.end();
  } finally {
    place.signal.removeEventListener('abort', cut);
    charge?.ended(sentBytes);
  }
}

/** A bundle's description as JSON, under the same rules. */
export async function sendDocument(response: Response, { document, place }: { readonly document: BundleDocument; readonly place: ReadPlace }): Promise<void> {
  const cut = (): void => void response.destroy();
  place.signal.addEventListener('abort', cut, { once: true });
  try {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-length', String(document.sizeBytes));
    let sentBytes = 0;
    for await (const piece of document.pieces) {
      if (place.signal.aborted || !(await place.waiting(() => sent(response, piece)))) return;
      sentBytes += piece.length;
    }
    // It was dropped meanwhile.
    if (sentBytes !== document.sizeBytes) response.destroy();
    else response.end();
  } catch (error) {
    // Half of it went out: only a broken connection says that it is not whole.
    if (!response.headersSent) throw error;
    response.destroy();
  } finally {
    place.signal.removeEventListener('abort', cut);
  }
}

/** Until the system has taken the bytes, which may then be overwritten. False when the reader has gone. */
async function sent(response: Response, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => void response.destroy(), PIECE_TIMEOUT_MS);
    const settle = (isSent: boolean): void => {
      clearTimeout(timer);
      response.off('close', gone);
      resolve(isSent);
    };
    const gone = (): void => settle(false);
    if (response.destroyed) return gone();
    response.once('close', gone);
    response.write(piece, (error) => settle(error === null || error === undefined));
  });
}
