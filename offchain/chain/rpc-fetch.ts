/** Bytes of one answer: more than ten thousand blocks of events. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/**
 * `fetch` that has the whole body when it returns. viem's time limit covers nothing behind the headers: an address that sends half an
 * answer and falls silent would hold up its caller for ever.
 */
export async function fetchWhole(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const { status, statusText, headers } = response;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for (const reader = response.body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) break;
    sizeBytes += value.length;
    if (sizeBytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
    }
    parts.push(value);
  }
  // The length is that of the compressed body, if it was.
  const kept = new Headers(headers);
  kept.delete('content-length');
  kept.delete('content-encoding');
  return new Response(status === 204 ? null : new Blob(parts), { status, statusText, headers: kept });
}
