import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { RentArguments } from '../rent-request.ts';

interface RentOptions extends CommonOptions, RentArguments {}

export function rentCommand(): Command {
  return verb('rent', 'rent space: show what it costs, and pay for it when you agree')
    .option('--scheme <k+m>', 'data and parity slots, each at another provider (default: 10+6)')
    .option('--suppliers <number>', 'instead of --scheme: the recommended scheme for so many providers')
    .requiredOption('--space <size>', 'room for data, for example 10GiB')
    .option('--batch <size>', 'unit of storing, a power of two; every upload fills up its last one (default: a 256th of the space, 1MiB to 256MiB)')
    .option('--periods <number>', 'whole periods (a week each in production)', '4')
    .option('--max-price <tokens>', 'what one provider may ask for one batch and epoch')
    .option('--yes', 'pay without asking; needs --max-price')
    .action(async (options: RentOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { quote, rent } = await import('../../client/rent.ts');
      const { confirm } = await import('../confirm.ts');
      const { costLines, rentRequest } = await import('../rent-request.ts');
      const { formatAmount } = await import('../units.ts');

      const request = rentRequest(options);
      await withClient(options, async ({ client, chain, output, signal }) => {
        const { clock } = await chain();
        const offer = await quote(client, { ...request, signal });
        output.say(costLines(offer, { ...request, clock }).join('\n'));
        if (options.yes !== true) await confirm(`Pay ${formatAmount(offer.cost)} tokens? [y/N] `);
        const rented = await rent(client, { ...request, maxCost: offer.cost, signal });
        output.result(rented, () => `Agreement ${rented.agreement} runs until period ${rented.endPeriod}; ${formatAmount(rented.cost)} tokens are paid.`);
      });
    });
}
