import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function statusCommand(): Command {
  return verb('status', 'show the agreements: who holds them, how many providers may still be lost, how long they are paid')
    .option('--agreement <number>', 'only this one')
    .action(async (options: CommonOptions & { agreement?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { status } = await import('../../client/status.ts');
      const { statusLines } = await import('../status-report.ts');
      const { parseCount } = await import('../units.ts');
      const agreement = options.agreement === undefined ? undefined : parseCount(options.agreement, { what: 'an agreement', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output }) => {
        const all = await status(client, { agreement });
        output.result(all, () => statusLines(all));
      });
    });
}
