/** The time of a chain on this machine: `hardhat node`, or the devnet's. */

const TIMEOUT_MS = 60_000;

/** Its clock begins when its process does, and would stay behind by as many seconds as that took to start: some short epochs on a busy machine. */
export async function setLocalClock(rpcUrl: string): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  await askLocalChain(rpcUrl, { method: 'evm_setNextBlockTimestamp', params: [Math.floor(Date.now() / 1000)] }, signal);
  await askLocalChain(rpcUrl, { method: 'evm_mine' }, signal);
}

/** One JSON-RPC request; the reply as it comes. */
function askLocalChain(rpcUrl: string, { method, params = [] }: { readonly method: string; readonly params?: readonly unknown[] }, signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
}
