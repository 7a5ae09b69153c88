import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface TokensOptions extends CommonOptions {
  readonly buy?: string;
}

export function tokensCommand(): Command {
  return verb('tokens', 'show the balances; buy tokens with coin')
    .option('--buy <coin>', "buy tokens for this much of the chain's coin, for example 0.5")
    .action(async (options: TokensOptions) => {
      const { openSession } = await import('../session.ts');
      const { buyTokens } = await import('../../chain/buy-tokens.ts');
      const { coinBalance, owedTo, tokenBalance } = await import('../../chain/read-money.ts');
      const { formatAmount, parseAmount } = await import('../units.ts');

      const coin = options.buy === undefined ? undefined : parseAmount(options.buy);
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      const bought = coin === undefined ? undefined : (await buyTokens(chain, { coin })).tokens;
      const [tokens, owed, coins] = await Promise.all([tokenBalance(chain, account.address), owedTo(chain, account.address), coinBalance(chain, account.address)]);
      output.result({ address: account.address, tokens, owed, coin: coins, ...(bought === undefined ? {} : { bought }) }, () => [
        ...(bought === undefined ? [] : [`Bought   ${formatAmount(bought)} tokens`]),
        `Address  ${account.address}`,
        `Tokens   ${formatAmount(tokens)}`,
        `Owed     ${formatAmount(owed)} (refunds and rewards that can be withdrawn)`,
        `Coin     ${formatAmount(coins)}`,
      ]);
    });
}
