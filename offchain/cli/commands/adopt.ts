import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface AdoptCommandOptions extends CommonOptions {
  readonly periods: string;
  readonly name?: string;
  readonly agreement?: string;
  readonly verify?: string;
  readonly maxReadPrice?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function adoptCommand(): Command {
  return verb('adopt', 'keep public content that somebody stored already: a reference of your own, and a share of what keeps it alive', [
    ['adopt bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy --periods 4 --dry-run', 'check that it is kept, and what keeping it for four periods costs'],
    ['adopt bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy --periods 4 --name film.mp4', 'keep it in your own list as film.mp4'],
  ])
    .argument('<contentId>', 'as `holdfast put --public`, `holdfast ls` or ipfs-car show it')
    .requiredOption('--periods <number>', 'whole periods (a week each in production) that you pay for, if nobody else does')
    .option('--name <name>', 'the name in your own list (default: the ContentID)')
    .option(AGREEMENT_OPTION[0], 'where your list is stored; needed when several of your agreements run')
    .option('--verify <how>', 'sampled: the manifest and some chunks; full: every byte', 'sampled')
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for the reads of the check, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .option(...DRY_RUN_OPTION)
    .option('--yes', 'pay without asking')
    .action(async (contentId: string, options: AdoptCommandOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { adopt, findAdoptable } = await import('../../client/adopt/adopt.ts');
      const { adoptedLines, costLines } = await import('../adopt-report.ts');
      const { confirm } = await import('../confirm.ts');
      const { UsageError } = await import('../errors.ts');
      const { parseCount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const { verify = 'sampled', name } = options;
      if (verify !== 'sampled' && verify !== 'full') throw new UsageError(`--verify ${verify} is neither sampled nor full.`, 'Give one of the two.');
      const periods = parseCount(options.periods, { what: 'a number of periods', max: 520 });
      const agreement = options.agreement === undefined ? undefined : parseId(options.agreement, 'an agreement');
      await withClient(options, async ({ client, output, signal }) => {
        const { onProgress, done } = showProgress(options);
        const { location, cost, refused } = await findAdoptable(client, { contentId, periods, verify, onProgress, signal }).finally(done);
        if (options.dryRun === true) {
          const { showPayment } = await import('../dry-run.ts');
          const { due, ...rest } = cost;
          return showPayment(output, { chain: client.chain, payer: client.creator, cost: due, facts: { contentId, ...rest }, lines: costLines(cost) });
        }
        for (const reason of refused) output.say(`Passed over ${reason}.`);
        for (const line of costLines(cost)) output.say(line);
        if (options.yes !== true && cost.due > 0n) await confirm('Pay? [y/N] ');
        const adopted = await adopt(client, { contentId, location, periods, name, agreement, maxCost: cost.due, signal });
        output.result(adopted, () => adoptedLines(adopted));
      });
    });
}
