import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

/** The part of `renew` that anybody may do for any agreement. */
export function topUpCommand(): Command {
  return verb('top-up', "put tokens into the pot that renews an agreement, whoever's it is", [
    ['top-up 5', '5 tokens into the pot of the only agreement'],
    ['top-up 5 --agreement 7 --dry-run', 'how long the pot of agreement 7 would last with it'],
  ])
    .argument('<tokens>', 'how many')
    .option(...AGREEMENT_OPTION)
    .option(...DRY_RUN_OPTION)
    .action(async (tokens: string, options: CommonOptions & { agreement?: string; dryRun?: boolean }) => {
      const { renewInSteps } = await import('../renew-in-steps.ts');
      await renewInSteps({ ...options, topUp: tokens });
    });
}
