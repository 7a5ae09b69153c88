import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface RenewOptions extends CommonOptions {
  readonly agreement?: string;
  readonly periods?: string;
  readonly maxPerPeriod?: string;
  readonly topUp?: string;
  readonly take?: string | true;
}

export function renewCommand(): Command {
  return verb('renew', 'let the heavy node renew an agreement by itself, out of a pot; without options: show how that stands')
    .option(...AGREEMENT_OPTION)
    .option('--periods <number>', 'so many periods more, one by one; 0 ends it')
    .option('--max-per-period <tokens>', 'what a period may cost (default: what it costs now)')
    .option('--top-up <tokens>', 'put tokens into the pot')
    .option('--take [tokens]', 'take tokens out of the pot, all of them where no number is given; `holdfast withdraw` pays them')
    .action(async (options: RenewOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { autoRenew, renewalOf, takePot, topUp } = await import('../../client/auto-renew.ts');
      const { renewalLines } = await import('../renewal-report.ts');
      const { parseAmount, parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const periods = options.periods === undefined ? undefined : parseCount(options.periods, { what: 'a number of periods', min: 0, max: 520 });
      const maxPerPeriod = options.maxPerPeriod === undefined ? undefined : parseAmount(options.maxPerPeriod);
      const added = options.topUp === undefined ? undefined : parseAmount(options.topUp);
      const taken = typeof options.take === 'string' ? parseAmount(options.take) : undefined;
      await withClient(options, async ({ client, output }) => {
        const agreement = await whichAgreement(client, options.agreement);
        if (options.take !== undefined) await takePot(client, { agreement, amount: taken });
        if (periods !== undefined) await autoRenew(client, { agreement, periods, maxPerPeriod });
        if (added !== undefined) await topUp(client, { agreement, amount: added });
        const renewal = await renewalOf(client, { agreement });
        output.result(renewal, () => renewalLines(renewal));
      });
    });
}
