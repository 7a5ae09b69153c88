import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function collectCommand(): Command {
  return verb('collect', 'free the space of deleted names: what still lives beside them is moved, the rest given up')
    .option(...AGREEMENT_OPTION)
    .option('--keep <number>', 'keep only so many versions of each name (default: all)')
    .action(async (options: CommonOptions & { agreement?: string; keep?: string }) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { collect } = await import('../../client/collect.ts');
      const { parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const keepVersions = options.keep === undefined ? undefined : parseCount(options.keep, { what: 'a number of versions', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const { onProgress, done } = showProgress(options);
        const collected = await collect(client, { agreement, keepVersions, signal, onProgress }).finally(done);
        const { forgotten, moved, bundles, freedBatches, isPartial } = collected;
        output.result(collected, () => [
          `Forgotten ${forgotten} versions, moved ${moved.length} names, gave up ${bundles.length} bundles: ${freedBatches} batches of space are free again.`,
          ...(isPartial ? ['There was too little free space to move everything: grow the agreement, or run it again.'] : []),
        ]);
      });
    });
}
