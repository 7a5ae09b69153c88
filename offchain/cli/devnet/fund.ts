import type { Address, Hex } from 'viem';
import { ChainError } from '../../chain/chain-errors.ts';
import type { Chain } from '../../chain/client.ts';
import { tokenAbi } from '../../chain/generated/abi.ts';

/** Coin for the gas of a long run. */
const COIN = 10n ** 18n;

/** Gives accounts coin, and tokens (units) where asked, out of the devnet's first account. */
export async function fund(chain: Chain, gifts: readonly { to: Address; tokens: bigint; coin?: bigint }[]): Promise<void> {
  await sendCoin(chain, gifts);
  const { token } = chain.deployment;
  const withTokens = gifts.filter(({ tokens }) => tokens > 0n);
  await Promise.all(withTokens.map(({ to, tokens }) => chain.send({ address: token, abi: tokenAbi, functionName: 'transfer', args: [to, tokens] })));
}

async function sendCoin(chain: Chain, gifts: readonly { to: Address; coin?: bigint }[]): Promise<void> {
  const { wallet } = chain;
  const account = wallet?.account;
  if (wallet === undefined || account === undefined) throw new ChainError('READ_ONLY', 'Funding needs an account, and none is connected.');
  await chain.ask('the payments', async (client) => {
    const hashes: Hex[] = [];
    for (const { to, coin = COIN } of gifts) hashes.push(await wallet.sendTransaction({ account, chain: wallet.chain, to, value: coin }));
    await Promise.all(hashes.map((hash) => client.waitForTransactionReceipt({ hash })));
  });
}
