/** One RPC address: asks it, and remembers how that went. */
import { HttpRequestError, InternalRpcError, LimitExceededRpcError, MethodNotFoundRpcError, MethodNotSupportedRpcError, ResourceNotFoundRpcError, ResourceUnavailableRpcError, TimeoutError, custom } from 'viem';
import { WrongChainError } from './chain-errors.ts';
import { postRpc, type RpcQuestion } from './rpc-post.ts';

/** away: it did not answer, or not with JSON-RPC. lagging: behind another address. wrong-chain: it serves another chain. */
export type EndpointState = 'unknown' | 'ok' | 'away' | 'lagging' | 'wrong-chain';

/** For status pages: `address` is scheme and host only, for paths and queries carry keys. `sinceMs`: Unix time of the state's beginning. */
export interface EndpointReport {
  readonly address: string;
  readonly state: EndpointState;
  readonly sinceMs: number;
  readonly cause?: string;
  readonly head?: bigint;
}

export interface RpcRequest {
  readonly method: string;
  readonly params?: unknown;
}

/** Pauses after failures: they double. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
/** An address of another chain is looked at again this seldom. */
const WRONG_CHAIN_MS = 60_000;
const CAUSE_CHARACTERS = 200;

/** Never leaves the pool. A failure of this address: another one may do better. `isAnswer`: it works, and only cannot answer this question. */
export class EndpointError extends Error {
  readonly isAnswer: boolean;

  constructor(cause: unknown, isAnswer: boolean) {
    super('an RPC address failed', { cause });
    this.isAnswer = isAnswer;
  }
}

export class RpcEndpoint {
  readonly address: string;
  head: bigint | undefined;
  readonly #ask: (request: RpcRequest) => Promise<unknown>;
  readonly #chainId: number;
  #state: EndpointState = 'unknown';
  #cause: string | undefined;
  #sinceMs = Date.now();
  #pauseMs = 0;
  #pausedUntilMs = -Infinity;
  #isVerified = false;
  #verifying: Promise<void> | undefined;

  constructor(url: string, options: { readonly timeoutMs: number; readonly chainId: number }) {
    this.address = originOf(url);
    this.#chainId = options.chainId;
    const { address } = this;
    const { timeoutMs } = options;
    // viem's wrapper makes an error class of each code.
    const transport = custom({ request: (question: RpcQuestion) => postRpc(url, question, { timeoutMs, address }) }, { retryCount: 0 })({ retryCount: 0 });
    this.#ask = async (request) => {
      const result = await transport.request(request as never);
      // Neither a result nor an error: whoever that is, it is no JSON-RPC node.
      if (result === undefined) throw new HttpRequestError({ url: this.address, details: 'it answers without a result' });
      return result;
    };
  }

  get state(): EndpointState {
    return this.#state;
  }

  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }

  report(): EndpointReport {
    return { address: this.address, state: this.#state, sinceMs: this.#sinceMs, ...(this.#cause === undefined ? {} : { cause: this.#cause }), ...(this.head === undefined ? {} : { head: this.head }) };
  }

  /** @throws EndpointError when another address should be asked; whatever else the chain said of the request */
  async request(request: RpcRequest): Promise<unknown> {
    try {
      if (!this.#isVerified) await (this.#verifying ??= this.#verify().finally(() => (this.#verifying = undefined)));
      const result = await this.#ask(request);
      this.#pauseMs = 0;
      if (this.#state !== 'lagging') this.#become('ok');
      return result;
    } catch (error) {
      const fault = error instanceof EndpointError ? error : faultOf(error, this.address);
      if (fault === undefined) throw error;
      if (!fault.isAnswer) this.#fail(fault.cause);
      throw fault;
    }
  }

  noteLag(blocks: bigint): void {
    if (blocks > 0n) this.#become('lagging', `its newest block is ${blocks} behind another address's`);
    else if (this.#state === 'lagging') this.#become('ok');
  }

  /** Before it is used, and after each failure: who answers now may be somebody else. */
  async #verify(): Promise<void> {
    const chainId = Number(await this.#ask({ method: 'eth_chainId' }));
    if (chainId === this.#chainId) {
      this.#isVerified = true;
      return;
    }
    this.#become('wrong-chain', `it serves chain ${chainId}, and the deployment is on chain ${this.#chainId}`);
    this.#pausedUntilMs = performance.now() + WRONG_CHAIN_MS;
    throw new EndpointError(new WrongChainError(chainId, this.#chainId), true);
  }

  #fail(cause: unknown): void {
    this.#isVerified = false;
    // Requests that were under way together fail together: one failure.
    if (performance.now() >= this.#pausedUntilMs) {
      this.#pauseMs = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
      this.#pausedUntilMs = performance.now() + this.#pauseMs;
    }
    this.#become('away', shorten(cause));
  }

  #become(state: EndpointState, cause?: string): void {
    if (state !== this.#state) this.#sinceMs = Date.now();
    this.#state = state;
    this.#cause = cause;
    if (state === 'ok') this.#pausedUntilMs = -Infinity;
  }
}

/** Undefined: the chain's own answer, which every other address would give as well. */
function faultOf(error: unknown, address: string): EndpointError | undefined {
  if (error instanceof TimeoutError || error instanceof HttpRequestError || error instanceof LimitExceededRpcError || error instanceof ResourceUnavailableRpcError) return new EndpointError(error, false);
  if (error instanceof MethodNotFoundRpcError || error instanceof MethodNotSupportedRpcError || error instanceof ResourceNotFoundRpcError) return new EndpointError(error, true);
  const text = error instanceof Error ? error.message : String(error);
  // Limits that services name in their own ways, with status 200.
  if (/rate limit|too many requests|request limit/i.test(text)) return new EndpointError(new HttpRequestError({ url: address, details: 'it limits the rate of requests', cause: error as Error }), false);
  if (/header not found|missing trie node|unknown block|block not found/i.test(text)) return new EndpointError(error, true);
  // Some nodes report reverts as internal errors.
  if (error instanceof InternalRpcError && !/revert/i.test(text) && !hasData(error)) return new EndpointError(error, false);
  return undefined;
}

function hasData(error: InternalRpcError): boolean {
  return error.walk((one) => typeof one === 'object' && one !== null && 'data' in one && one.data !== undefined && one.data !== null) !== null;
}

function shorten(cause: unknown): string {
  if (cause instanceof TimeoutError) return 'it did not answer in time';
  if (cause instanceof HttpRequestError && cause.status !== undefined) return `it answered with HTTP status ${cause.status}`;
  const inner = cause instanceof HttpRequestError ? (cause.cause ?? cause) : cause;
  const deepest = inner instanceof Error && inner.cause instanceof Error ? inner.cause : inner;
  return (deepest instanceof Error ? deepest.message : String(deepest)).split('\n')[0]!.replace(/https?:\/\/\S+/g, 'its address').slice(0, CAUSE_CHARACTERS);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that cannot be read';
}
