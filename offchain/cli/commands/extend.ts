import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface ExtendOptions extends CommonOptions {
  readonly agreement?: string;
  readonly periods: string;
  readonly yes?: boolean;
}

export function extendCommand(): Command {
  return verb('extend', 'let an agreement run longer, at the prices that it has')
    .option(...AGREEMENT_OPTION)
    .requiredOption('--periods <number>', 'whole periods (a week each in production) behind its end')
    .option('--yes', 'pay without asking')
    .action(async (options: ExtendOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { extend, extensionQuote } = await import('../../client/extend.ts');
      const { confirm } = await import('../confirm.ts');
      const { formatAmount, parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const periods = parseCount(options.periods, { what: 'a number of periods', max: 520 });
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const { cost, newEndPeriod } = await extensionQuote(client, { agreement, periods });
        output.say(`Agreement ${agreement} until period ${newEndPeriod} costs ${formatAmount(cost)} tokens.`);
        if (options.yes !== true) await confirm('Pay? [y/N] ');
        const extended = await extend(client, { agreement, periods, maxCost: cost, signal });
        output.result(extended, () => `Agreement ${agreement} runs until period ${extended.endPeriod}; ${formatAmount(extended.cost)} tokens are paid.`);
      });
    });
}
