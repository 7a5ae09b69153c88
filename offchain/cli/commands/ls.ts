import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function lsCommand(): Command {
  return verb('ls', 'list the stored names')
    .option('--all', 'all versions, and deleted names too')
    .action(async (options: CommonOptions & { all?: boolean }) => {
      const { withClient } = await import('../client-session.ts');
      const { list } = await import('../../client/list.ts');
      const { listLines } = await import('../list-report.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const objects = await list(client, { signal });
        const shown = options.all === true ? objects : objects.filter(({ deleted }) => !deleted);
        output.result(shown, () => listLines(shown, { all: options.all === true }));
      });
    });
}
