/** The head of an HTTP/1.1 response, as far as a reader of raw bytes needs it. */
export interface ResponseHead {
  readonly status: number;
  /** Of the body, where it lies there byte for byte; undefined for any other framing or encoding. */
  readonly sizeBytes: number | undefined;
  readonly retryAfter: string | undefined;
  /** The server goes on listening on this connection. */
  readonly isKept: boolean;
}

/** Of everything before the empty line. Undefined when it is no such head. */
export function parseHead(text: string): ResponseHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first) ?? [];
  if (minor === undefined || status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    // Two lengths, or a line that goes on: whoever sends that may mean anything.
    if (colon < 1 || /\s/.test(name) || (name === 'content-length' && headers.has(name))) return undefined;
    headers.set(name, line.slice(colon + 1).trim());
  }
  const length = headers.get('content-length');
  const isPlain = length !== undefined && /^\d{1,15}$/.test(length) && !headers.has('transfer-encoding') && !headers.has('content-encoding');
  const connection = headers.get('connection')?.toLowerCase();
  return {
    status: Number(status),
    sizeBytes: isPlain ? Number(length) : undefined,
    retryAfter: headers.get('retry-after'),
    isKept: connection === undefined ? minor === '1' : !connection.split(',').some((one) => one.trim() === 'close'),
  };
}
