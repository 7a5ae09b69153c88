import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface GrowOptions extends CommonOptions {
  readonly agreement?: string;
  readonly space: string;
  readonly maxPrice: string;
  readonly maxCost?: string;
  readonly dryRun?: boolean;
}

export function growCommand(): Command {
  return verb('grow', 'add space to an agreement that runs, at the same providers', [
    ['grow --space 10GiB --max-price 0.001', '10 GiB more at the same providers'],
    ['grow --space 10GiB --max-price 0.001 --dry-run', 'only the cost'],
  ])
    .option(...AGREEMENT_OPTION)
    .requiredOption('--space <size>', 'room for data on top, for example 10GiB')
    .requiredOption('--max-price <tokens>', 'what one provider may ask for one batch and epoch')
    .option('--max-cost <tokens>', 'what the rest of the term may cost in all')
    .option(...DRY_RUN_OPTION)
    .action(async (options: GrowOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { grow, growQuote } = await import('../../client/grow.ts');
      const { formatAmount, parseAmount, parseSize } = await import('../units.ts');
      const { UsageError } = await import('../errors.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const spaceBytes = parseSize(options.space);
      const priceLimit = parseAmount(options.maxPrice);
      const maxCost = options.maxCost === undefined ? undefined : parseAmount(options.maxCost);
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const payload = BigInt((await client.views.get(agreement)).geometry.payloadSize);
        const quota = Number((spaceBytes + payload - 1n) / payload);
        if (quota < 1 || quota >= 2 ** 32) throw new UsageError(`${options.space} is not possible as space.`);
        if (options.dryRun === true) {
          const { showPayment } = await import('../dry-run.ts');
          const offered = await growQuote(client, { agreement, quota, priceLimit, signal });
          return showPayment(output, { chain: client.chain, payer: client.creator, cost: offered.cost, facts: { agreement, quota: offered.quota }, lines: [`Agreement ${agreement} would have room for ${offered.quota} batches, ${quota} more.`] });
        }
        const grown = await grow(client, { agreement, quota, priceLimit, maxCost, signal });
        output.result(grown, () => `Agreement ${agreement} has room for ${grown.quota} batches; ${formatAmount(grown.cost)} tokens are paid for the rest of the term.`);
      });
    });
}
