import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function withdrawNameCommand(): Command {
  return verb('unpublish', 'take back what a public name stands for; the name stays yours, and who has read it can read it until its bundle is retired', [
    ['unpublish /a.com/izone.mp4', 'the name stays yours and stands for nothing'],
  ])
    .argument('<name>', 'the public name')
    .action(async (name: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { withdrawName } = await import('../../client/named/withdraw-name.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const withdrawn = await withdrawName(client, { name, signal });
        output.result(withdrawn, () => `${withdrawn.name} stands for nothing from version ${withdrawn.version} on.`);
      });
    });
}
