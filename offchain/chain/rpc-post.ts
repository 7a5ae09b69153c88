/** One JSON-RPC request over HTTP, with viem's errors. viem's own transport goes through `fetch`, which costs a node that polls more than its own work does. */
import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem';
import type { Exchange } from '../wire/exchange.ts';
import { isNode, nodeExchange } from '../wire/http-node.ts';
import { pageExchange } from '../wire/http-page.ts';
import { TransportError } from '../wire/transport-errors.ts';

/** Bytes of one answer: more than ten thousand blocks of events. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const SAID_CHARACTERS = 200;

const send: Exchange = isNode ? nodeExchange : pageExchange;
let requests = 0;

export interface RpcQuestion {
  readonly method: string;
  readonly params?: unknown;
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/**
 * The whole answer within `timeoutMs`, its last byte included. `address` stands in errors, for paths and queries of URLs carry keys.
 * @throws RpcRequestError (the chain's word), HttpRequestError, TimeoutError
 */
export async function postRpc(url: string, { method, params }: RpcQuestion, options: { readonly timeoutMs: number; readonly address: string }): Promise<unknown> {
  const { timeoutMs, address } = options;
  const body = { jsonrpc: '2.0', id: ++requests, method, ...(params === undefined ? {} : { params }) };
  const { status, text } = await exchange(url, JSON.stringify(body), timeoutMs).catch((cause: unknown) => {
    if (cause instanceof TransportError && cause.code === 'TIMEOUT') throw new TimeoutError({ body, url: address });
    // Without our own error for peers: whoever looks through the causes should find that of the chain.
    throw new HttpRequestError({ body, url: address, cause: asError(cause instanceof TransportError ? (cause.cause ?? cause.message) : cause) });
  });
  const answer = parse(text);
  if (status >= 400) throw new HttpRequestError({ body, url: address, status, details: answer?.error?.message ?? text.slice(0, SAID_CHARACTERS) });
  if (answer === undefined) throw new HttpRequestError({ body, url: address, details: 'it answers with something else than JSON' });
  if (answer.error !== undefined) throw new RpcRequestError({ body, error: answer.error, url: address });
  return answer.result;
}

async function exchange(url: string, body: string, timeoutMs: number): Promise<{ status: number; text: string }> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const reply = await send(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: new TextEncoder().encode(body), timeoutMs, signal: deadline });
    const decoder = new TextDecoder();
    let text = '';
    let sizeBytes = 0;
    await reply.read((part) => {
      sizeBytes += part.length;
      if (sizeBytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
      text += decoder.decode(part, { stream: true });
    });
    return { status: reply.status, text: text + decoder.decode() };
  } catch (cause) {
    if (deadline.aborted) throw new TransportError(url, 'did not answer in time', { code: 'TIMEOUT', cause });
    throw cause;
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

function parse(text: string): RpcAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
