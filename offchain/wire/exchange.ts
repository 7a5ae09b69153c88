/** One HTTP request and its reply, as Node's sockets and a page's `fetch` both can give them. */

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole exchange; absent: only silence ends it. */
  readonly timeoutMs?: number | undefined;
  /** Silence after which the connection counts as broken. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes in memory, or a source that is read once, with its exact size. */
export type RequestBody = Uint8Array | { readonly source: AsyncIterable<Uint8Array>; readonly sizeBytes: number };

export type ExchangeOptions = RequestOptions & { readonly body?: RequestBody | undefined };

/** Names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** The rest of the body, piece by piece; an error ends the connection. */
  read(onPart: (part: Uint8Array) => void): Promise<void>;
  /** Nobody wants the body. */
  drop(): void;
}

/** Any status resolves. @throws TransportError, AbortedError */
export type Exchange = (url: string, options: ExchangeOptions) => Promise<Reply>;
