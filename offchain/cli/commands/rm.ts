import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function rmCommand(): Command {
  return verb('rm', 'delete a name; older versions stay readable until `holdfast collect` frees their space')
    .argument('<name>', 'as `holdfast ls` shows it')
    .option('--agreement <number>', 'where the new catalog is stored; needed when several agreements run')
    .action(async (name: string, options: CommonOptions & { agreement?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { remove } = await import('../../client/remove.ts');
      const { parseId } = await import('../which-agreement.ts');
      const agreement = options.agreement === undefined ? undefined : parseId(options.agreement, 'an agreement');
      await withClient(options, async ({ client, output, signal }) => {
        const removed = await remove(client, { name, agreement, signal });
        output.result({ name, ...removed }, () => `"${name}" is deleted.`);
      });
    });
}
