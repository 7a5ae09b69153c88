import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function retireCommand(): Command {
  return verb('retire', 'give bundles up that nothing needs any more: their space is free again, and their bytes are dropped', [
    ['retire', 'every bundle that nothing needs'],
    ['retire --bundle 3', 'only bundle 3, if nothing needs it'],
  ])
    .option(...AGREEMENT_OPTION)
    .option('--bundle <number>', 'only this one; refused when something is still in it')
    .action(async (options: CommonOptions & { agreement?: string; bundle?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { retire } = await import('../../client/retire.ts');
      const { parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const bundle = options.bundle === undefined ? undefined : parseCount(options.bundle, { what: 'a bundle', min: 0, max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const retired = await retire(client, { agreement, bundle, signal });
        output.result(retired, () =>
          retired.bundles.length === 0 ? `Every bundle of agreement ${agreement} is still needed.` : `${retired.bundles.length} bundles are retired; ${retired.batches} batches of space are free again.`);
      });
    });
}
