/** What a page and its download worker say to each other. */

/** Below the worker's scope: addresses that it answers itself. */
export const DOWNLOAD_PATH = 'holdfast-download/';

/** From the page, with a port of its own for the bytes. */
export interface Offer {
  readonly kind: 'offer';
  readonly id: string;
  readonly fileName: string;
  readonly sizeBytes: number;
}

/** From the page now and then: browsers end workers that hear nothing. */
export interface Ping {
  readonly kind: 'ping';
}

/** Over the port, from the worker: `ready` once it knows the download, `pull` for the next piece, `gone` when nobody wants the rest. */
export type Wish = 'ready' | 'pull' | 'gone';
/** Over the port, from the page: the next piece, the end, or that there is none. */
export type Piece = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'end' } | { readonly kind: 'failed' };
