/** One request that was understood, and where its answer goes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CID } from 'multiformats/cid';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it was asked for, decoded: `/ipfs/{cid}/...`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly root: CID;
  readonly segments: readonly string[];
  /** The path ended in a slash. */
  readonly endsInSlash: boolean;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal;
}
