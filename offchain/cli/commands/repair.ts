import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function repairCommand(): Command {
  return verb('repair', 'give providers what they missed; store anew what still lives of bundles with lost batches, and give these up', [
    ['repair', 'give providers what they missed'],
    ['repair --agreement 7 --into 8', 'store anew in agreement 8 what still lives in 7'],
  ])
    .option(...AGREEMENT_OPTION)
    .option('--into <number>', 'the agreement that takes what still lives (default: the same)')
    .option('--give-up', 'forget what cannot be read; without it such bundles stay, in case lost providers come back')
    .action(async (options: CommonOptions & { agreement?: string; into?: string; giveUp?: boolean }) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { repair } = await import('../../client/repair/repair.ts');
      const { tellSharers } = await import('../tell-sharers.ts');
      const { PartialError } = await import('../errors.ts');
      const { repairLines, whatIsLeft } = await import('../repair-report.ts');
      const { parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const into = options.into === undefined ? undefined : parseCount(options.into, { what: 'an agreement', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const { onProgress, done } = showProgress(options);
        const result = await repair(client, { agreement, into, giveUp: options.giveUp, signal, onProgress }).finally(done);
        await tellSharers(client, output, signal);
        output.result(result, () => repairLines(result));
        const left = whatIsLeft(result);
        if (left !== undefined) throw new PartialError(left.sentence, { details: left.details, nextStep: left.nextStep });
      });
    });
}
