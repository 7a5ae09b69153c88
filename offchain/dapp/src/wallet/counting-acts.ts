import type { Eip1193Provider } from '../../../chain/wallet/eip1193.ts';

/** What opens a window of the wallet and waits for its owner. */
const WINDOWS = new Set(['eth_sendTransaction', 'eth_signTypedData_v4', 'personal_sign', 'wallet_sendCalls']);

/** Passes everything on, and tells how many windows of the wallet wait for an answer: people overlook them. */
export function countingActs(provider: Eip1193Provider, tell: (waiting: number) => void): Eip1193Provider {
  let waiting = 0;
  return {
    async request(args) {
      if (!WINDOWS.has(args.method)) return provider.request(args);
      tell(++waiting);
      try {
        return await provider.request(args);
      } finally {
        tell(--waiting);
      }
    },
    on: (event, listener) => provider.on?.(event, listener),
    removeListener: (event, listener) => provider.removeListener?.(event, listener),
  };
}
