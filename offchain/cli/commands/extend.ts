import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface ExtendOptions extends CommonOptions {
  readonly agreement?: string;
  readonly periods: string;
  readonly yes?: boolean;
  readonly maxCost?: string;
  readonly dryRun?: boolean;
}

export function extendCommand(): Command {
  return verb('extend', 'let an agreement run longer, at the prices that it has', [
    ['extend --periods 4', 'four periods more, after showing the cost'],
    ['extend --periods 4 --dry-run', 'only the cost'],
  ])
    .option(...AGREEMENT_OPTION)
    .requiredOption('--periods <number>', 'whole periods (a week each in production) behind its end')
    .option('--max-cost <tokens>', 'refuse to pay more in all')
    .option(...DRY_RUN_OPTION)
    .option('--yes', 'pay without asking')
    .action(async (options: ExtendOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { extend, extensionQuote } = await import('../../client/extend.ts');
      const { confirm } = await import('../confirm.ts');
      const { showPayment } = await import('../dry-run.ts');
      const { CostAboveLimitError } = await import('../../client/errors.ts');
      const { formatAmount, parseAmount, parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const periods = parseCount(options.periods, { what: 'a number of periods', max: 520 });
      const maxCost = options.maxCost === undefined ? undefined : parseAmount(options.maxCost);
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const { cost, newEndPeriod } = await extensionQuote(client, { agreement, periods });
        if (options.dryRun === true) return showPayment(output, { chain: client.chain, payer: client.creator, cost, facts: { agreement, endPeriod: newEndPeriod }, lines: [`Agreement ${agreement} would run until period ${newEndPeriod}.`] });
        if (maxCost !== undefined && cost > maxCost) throw new CostAboveLimitError({ cost, maxCost });
        output.say(`Agreement ${agreement} until period ${newEndPeriod} costs ${formatAmount(cost)} tokens.`);
        if (options.yes !== true) await confirm('Pay? [y/N] ');
        const extended = await extend(client, { agreement, periods, maxCost: cost, signal });
        output.result(extended, () => `Agreement ${agreement} runs until period ${extended.endPeriod}; ${formatAmount(extended.cost)} tokens are paid.`);
      });
    });
}
