/** Cancelling a verb that is made of questions to the chain and transactions. */
import type { Chain } from '../chain/types.ts';
import { abortable } from './aborting.ts';

/**
 * Once `signal` fires nothing more is asked or sent. A transaction that is on its way is waited for and its result returned: it can no longer be taken back.
 * `act` must use the client that it is given.
 */
export function cancellable<C extends { readonly chain: Chain }, T>(client: C, options: { readonly what: string; readonly signal: AbortSignal | undefined }, act: (client: C) => Promise<T>): Promise<T> {
  const { what, signal } = options;
  if (signal === undefined) return act(client);
  const { chain } = client;
  let isSent = false;
  const check = (): void => {
    // What follows the transaction only reads what it did.
    if (!isSent) signal.throwIfAborted();
  };
  const stoppable: Chain = {
    ...chain,
    read: async (request) => (check(), chain.read(request)),
    ask: async (question, answer) => (check(), chain.ask(question, answer)),
    async send(request) {
      signal.throwIfAborted();
      const receipt = await chain.send(request);
      isSent = true;
      return receipt;
    },
  };
  return abortable(what, signal, () => act({ ...client, chain: stoppable }));
}
