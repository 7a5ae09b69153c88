import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface GrowOptions extends CommonOptions {
  readonly agreement?: string;
  readonly space: string;
  readonly maxPrice: string;
  readonly maxCost?: string;
}

export function growCommand(): Command {
  return verb('grow', 'add space to an agreement that runs, at the same providers')
    .option(...AGREEMENT_OPTION)
    .requiredOption('--space <size>', 'room for data on top, for example 10GiB')
    .requiredOption('--max-price <tokens>', 'what one provider may ask for one batch and epoch')
    .option('--max-cost <tokens>', 'what the rest of the term may cost in all')
    .action(async (options: GrowOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { grow } = await import('../../client/grow.ts');
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
        const grown = await grow(client, { agreement, quota, priceLimit, maxCost, signal });
        output.result(grown, () => `Agreement ${agreement} has room for ${grown.quota} batches; ${formatAmount(grown.cost)} tokens are paid for the rest of the term.`);
      });
    });
}
