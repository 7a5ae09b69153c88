/** Several RPC addresses of one chain, asked in their order: who fails, lags or serves another chain is passed over for a while. */
import { sleep, within } from '../wire/timing.ts';
import { RpcEndpoint, EndpointError } from './rpc-endpoint.ts';
import type { EndpointReport, RpcRequest } from './rpc-endpoint.ts';
import type { RetryPolicy } from './transport.ts';

export interface RpcPool {
  /** @throws what the chain said of the request; EndpointError's cause when no address answered, after all retries */
  request(request: RpcRequest): Promise<unknown>;
  report(): readonly EndpointReport[];
}

/** All addresses are compared this often, while somebody asks. */
const SURVEY_MS = 5_000;
const SURVEY_TIMEOUT_MS = 3_000;
/** Behind the most advanced address by more than this an address is left out. */
const LAG_BLOCKS_MAX = 5n;

export function createRpcPool(urls: readonly string[], options: { readonly policy: RetryPolicy; readonly chainId: number }): RpcPool {
  const { policy, chainId } = options;
  // With others to turn to, an address that stalls is waited for less.
  const timeoutMs = urls.length > 1 ? Math.min(policy.timeoutMs, policy.failOverMs) : policy.timeoutMs;
  const endpoints = urls.map((url) => new RpcEndpoint(url, { timeoutMs, chainId }));
  let surveyedMs = -Infinity;
  let first: Promise<void> | undefined;

  const survey = async (): Promise<void> => {
    const asked = endpoints.filter(({ pausedUntilMs, state }) => state === 'ok' || state === 'lagging' || pausedUntilMs <= performance.now());
    await Promise.all(asked.map(async (one) => (one.head = await within(one.request({ method: 'eth_blockNumber' }), SURVEY_TIMEOUT_MS).then((head) => BigInt(head as string), () => undefined))));
    const heads = asked.flatMap(({ head }) => head ?? []);
    const best = heads.reduce((a, b) => (a > b ? a : b), 0n);
    for (const one of asked) if (one.head !== undefined) one.noteLag(best - one.head > LAG_BLOCKS_MAX ? best - one.head : 0n);
  };
  /** Behind the requests, but for the first: nobody should begin with an address that lags. */
  const keepSurveyed = (): Promise<void> | undefined => {
    if (endpoints.length < 2) return undefined;
    if (performance.now() - surveyedMs < SURVEY_MS) return first;
    surveyedMs = performance.now();
    const surveying = survey();
    return (first ??= surveying);
  };
  const inOrder = (): RpcEndpoint[] => {
    const now = performance.now();
    // An address that was away is tried by the next survey; a request turns to it when nobody else is left.
    const rank = (one: RpcEndpoint): number => (one.pausedUntilMs > now ? 3 : one.state === 'away' ? 2 : one.state === 'lagging' ? 1 : 0);
    const usable = endpoints.filter((one) => one.state !== 'wrong-chain' || one.pausedUntilMs <= now);
    return (usable.length > 0 ? usable : endpoints).toSorted((a, b) => rank(a) - rank(b));
  };
  const askOnce = async (request: RpcRequest): Promise<unknown> => {
    let failure: EndpointError | undefined;
    for (const endpoint of inOrder()) {
      try {
        return await endpoint.request(request);
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        // Who is away may have known the answer: then it is worth asking again.
        if (failure === undefined || failure.isAnswer) failure = error;
      }
    }
    throw failure;
  };

  return {
    async request(request) {
      await keepSurveyed();
      for (let attempt = 0; ; attempt++) {
        try {
          return await askOnce(request);
        } catch (error) {
          if (!(error instanceof EndpointError)) throw error;
          if (error.isAnswer || attempt >= policy.retries) throw error.cause;
          await sleep(policy.firstDelayMs * 2 ** attempt);
        }
      }
    },
    report: () => endpoints.map((one) => one.report()),
  };
}
