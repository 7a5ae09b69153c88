import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { parseId } from '../which-agreement.ts';

export function releaseCommand(): Command {
  return verb('release', 'after an agreement: take its slots off their providers and get back the rent of missed epochs', [
    ['release 7', 'after agreement 7: take back the rent of missed epochs'],
  ])
    .argument('<agreement>', 'its number')
    .action(async (text: string, options: CommonOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { releaseSlots } = await import('../../client/release-slots.ts');
      const { formatAmount } = await import('../units.ts');
      const agreement = parseId(text, 'an agreement');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const released = await releaseSlots(client, { agreement });
        output.result({ agreement, ...released }, () => `${released.slots.length} slots are released; ${formatAmount(released.refund)} tokens come back (holdfast withdraw).${released.later.length === 0 ? '' : ` Slots ${released.later.join(', ')} are this wallet's own provider's, which has not proven this epoch yet: it releases them itself, without losing the epoch's pay.`}`);
      });
    });
}
