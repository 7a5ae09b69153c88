/** The transactions that this page has sent, so that whatever tells of an act can link the one that it was. */
import type { Hex } from 'viem';
import type { Chain } from '../../../chain/client.ts';

let [last, count]: [Hex | undefined, number] = [undefined, 0];

export const lastSent = (): Hex | undefined => last;
export const sentCount = (): number => count;

/** The same chain; what it sends is noted once it is in a block. */
export function noting(chain: Chain): Chain {
  return {
    ...chain,
    send: async (request) => {
      const receipt = await chain.send(request);
      [last, count] = [receipt.transactionHash, count + 1];
      return receipt;
    },
  };
}
