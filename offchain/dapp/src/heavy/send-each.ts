import type { AnySend } from '../../../chain/send.ts';
import type { Chain } from '../../../chain/types.ts';
import { canBatch, sendBatch } from '../../../chain/wallet/batch.ts';
import { WalletUnableError } from '../../../wire/wallet-errors.ts';

/** Together they stay well below what a block takes. */
const TOGETHER_MAX = 24;

/** Calls that need nothing of each other: many in one question to a wallet that can send them as one, else one behind the other. `done` hears how many are. */
export async function sendEach(chain: Chain, calls: readonly AnySend[], done: (count: number) => void): Promise<void> {
  const isTogether = calls.length > 1 && (await canBatch(chain));
  for (let from = 0; from < calls.length; ) {
    done(from);
    const some = calls.slice(from, from + (isTogether ? TOGETHER_MAX : 1));
    await sendSome(chain, some);
    from += some.length;
  }
}

async function sendSome(chain: Chain, calls: readonly AnySend[]): Promise<void> {
  if (calls.length > 1) {
    try {
      await sendBatch(chain, calls);
      return;
    } catch (error) {
      // Then nothing was sent.
      if (!(error instanceof WalletUnableError)) throw error;
    }
  }
  for (const call of calls) await chain.send(call as never);
}
