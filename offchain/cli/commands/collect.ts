import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function collectCommand(): Command {
  return verb('collect', 'free the space of deleted names: what still lives beside them is moved, the rest given up', [
    ['collect', 'free the space of deleted names'],
    ['collect --keep 3', 'keep the newest three versions of each name'],
  ])
    .option(...AGREEMENT_OPTION)
    .option('--keep <number>', 'keep only so many versions of each name (default: all)')
    .action(async (options: CommonOptions & { agreement?: string; keep?: string }) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { tellSharers } = await import('../tell-sharers.ts');
      const { collect } = await import('../../client/collect.ts');
      const { refreshNames } = await import('../../client/named/refresh-names.ts');
      const { parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const keepVersions = options.keep === undefined ? undefined : parseCount(options.keep, { what: 'a number of versions', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const { onProgress, done } = showProgress(options);
        const collected = await collect(client, { agreement, keepVersions, signal, onProgress }).finally(done);
        const { forgotten, moved, bundles, freedBatches, isPartial } = collected;
        if (moved.length > 0) await tellSharers(client, output, signal);
        const names = bundles.length === 0 ? undefined : await refreshNames(client, { signal });
        for (const { name, reason } of names?.failed ?? []) output.note(`${name} was not published anew: ${reason}.`);
        output.result({ ...collected, names }, () => [
          `Forgotten ${forgotten} versions, moved ${moved.length} names, gave up ${bundles.length} bundles: ${freedBatches} batches of space are free again.`,
          ...(names === undefined || names.published.length === 0 ? [] : [`Published ${names.published.length} public names anew, for their content moved.`]),
          ...(isPartial ? ['There was too little free space to move everything: grow the agreement, or run it again.'] : []),
        ]);
      });
    });
}
