import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface TokensOptions extends CommonOptions {
  readonly buy?: string;
  readonly dryRun?: boolean;
}

export function tokensCommand(): Command {
  return verb('tokens', 'show the balances; buy tokens with coin', [
    ['tokens', 'the balances'],
    ['tokens --buy 0.5', "tokens for half a unit of the chain's coin"],
    ['tokens --buy 0.5 --dry-run', 'how many that would be'],
  ])
    .option('--buy <coin>', "buy tokens for this much of the chain's coin, for example 0.5")
    .option(...DRY_RUN_OPTION)
    .action(async (options: TokensOptions) => {
      const { openSession } = await import('../session.ts');
      const { buyTokens } = await import('../../chain/buy-tokens.ts');
      const { coinBalance, owedTo, saleRate, tokenBalance } = await import('../../chain/read-money.ts');
      const { formatAmount, parseAmount } = await import('../units.ts');

      const coin = options.buy === undefined ? undefined : parseAmount(options.buy);
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      if (options.dryRun === true && coin !== undefined) {
        const [rate, have] = await Promise.all([saleRate(chain), coinBalance(chain, account.address)]);
        const facts = { dryRun: true, tokens: coin * rate, costCoin: coin, coin: have, isEnough: have >= coin };
        return output.result(facts, () => [`${formatAmount(coin)} of the chain's coin would buy ${formatAmount(facts.tokens)} tokens, and gas comes on top; the wallet has ${formatAmount(have)}.`, 'Nothing was signed or paid.']);
      }
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
