import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { RenewOptions } from '../renew-in-steps.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function renewCommand(): Command {
  return verb('renew', 'let the heavy node renew an agreement by itself, out of a pot; without options: show how that stands', [
    ['renew', 'how it stands'],
    ['renew --periods 12 --top-up 5', 'twelve periods, one by one, out of 5 tokens'],
    ['renew --top-up 5 --dry-run', 'what the pot would hold, and how long it lasts'],
    ['renew --take', 'all of the pot back'],
  ])
    .alias('auto-renew')
    .option(...AGREEMENT_OPTION)
    .option('--periods <number>', 'so many periods more, one by one; 0 ends it')
    .option('--max-per-period <tokens>', 'what a period may cost (default: what it costs now)')
    .option('--top-up <tokens>', 'put tokens into the pot')
    .option('--take [tokens]', 'take tokens out of the pot, all of them where no number is given; `holdfast withdraw` pays them')
    .option(...DRY_RUN_OPTION)
    .action(async (options: RenewOptions) => {
      const { renewInSteps } = await import('../renew-in-steps.ts');
      await renewInSteps(options);
    });
}
