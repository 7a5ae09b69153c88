import type { Identity } from './auth/authenticate.ts';
import type { Algorithm } from './body/checksums.ts';
import type { Incoming, ObjectStore } from '../objects/object-store.ts';
import type { Target } from './request/target.ts';

/** What every operation works with. */
export interface Gateway {
  readonly objects: ObjectStore;
  readonly region: string;
  /** The creator, as lists name him. */
  readonly owner: { readonly id: string; readonly name: string };
  readonly nowMs: () => number;
}

/** One request, signed and understood as far as its address goes. */
export interface Call {
  readonly method: string;
  readonly target: Target;
  readonly identity: Identity;
  readonly requestId: string;
  /** All values of a header, joined; characters of one byte each. */
  header(name: string): string | undefined;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The body of an object; see openIncoming. */
  incoming(algorithm?: Algorithm): Incoming & { readonly sizeBytes: number };
  /** A body that is XML. */
  text(maxBytes?: number): Promise<string>;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
}

export type HeaderValues = Readonly<Record<string, string | number | undefined>>;

/** What an operation answers. */
export interface Reply {
  /** 200 where absent. */
  readonly status?: number;
  readonly headers?: HeaderValues;
  readonly xml?: string;
  /** XML that may take long: the status goes out before it, and spaces keep the connection alive. */
  readonly xmlLater?: Promise<string>;
  /** Headers that are known with it; lost when the status had to go out before. */
  readonly laterHeaders?: Promise<HeaderValues>;
  readonly body?: { readonly sizeBytes: number; readonly bytes: AsyncIterable<Uint8Array> };
}

export type Operation = (gateway: Gateway, call: Call) => Promise<Reply>;

/** For operations on a bucket: the router calls them with one only. */
export function bucketOf({ target }: Call): string {
  return target.bucket ?? '';
}

/** For operations on an object. */
export function placeOf({ target }: Call): { readonly bucket: string; readonly key: string } {
  return { bucket: target.bucket ?? '', key: target.key ?? '' };
}
