import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function closeCommand(): Command {
  return verb('close', 'end an agreement with the running period; what is stored in it can be dropped after that', [
    ['close --agreement 7', 'end agreement 7 with the running period, after asking'],
  ])
    .option(...AGREEMENT_OPTION)
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { agreement?: string; yes?: boolean }) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { closeAgreement } = await import('../../client/close-agreement.ts');
      const { confirm } = await import('../confirm.ts');
      const { formatAmount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const agreement = await whichAgreement(client, options.agreement);
        if (options.yes !== true) await confirm(`End agreement ${agreement}, and lose what is stored in it? [y/N] `);
        const closed = await closeAgreement(client, { agreement });
        output.result({ agreement, ...closed }, () => `Agreement ${agreement} ends when period ${closed.endPeriod} begins; ${formatAmount(closed.refund)} tokens come back (holdfast withdraw).`);
      });
    });
}
