import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function lockCommand(): Command {
  return verb('lock', 'give up closing, growing and deleting anything in an agreement, for good: others pay only for locked ones', [
    ['lock --agreement 7', 'for good, after asking'],
  ])
    .option(...AGREEMENT_OPTION)
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { agreement?: string; yes?: boolean }) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { lock } = await import('../../client/lock.ts');
      const { confirm } = await import('../confirm.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const agreement = await whichAgreement(client, options.agreement);
        if (options.yes !== true) await confirm(`Lock agreement ${agreement}, so that nobody can close it, grow it or delete anything in it before its end? [y/N] `);
        const locked = await lock(client, { agreement });
        output.result(locked, () => `Agreement ${agreement} is locked: it runs until period ${locked.endPeriod}, or longer, and refunds wait in its pot until then.`);
      });
    });
}
