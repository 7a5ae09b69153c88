import { owedTo } from '../chain/read-money.ts';
import { withdraw as collect } from '../chain/withdraw.ts';
import type { Client } from './client.ts';

/** Pays refunds and compensations to the wallet, in token units; sends nothing when nothing is owed. */
export async function withdraw(client: Client): Promise<{ amount: bigint }> {
  return (await owedTo(client.chain, client.creator)) === 0n ? { amount: 0n } : collect(client.chain);
}
