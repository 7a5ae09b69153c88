import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface StatusOptions extends CommonOptions {
  readonly agreement?: string;
  readonly objects: boolean;
}

export function statusCommand(): Command {
  return verb('status', 'show how everything stands: who holds what, how many providers may still be lost, when they proved last, how long it is paid', [
    ['status', 'all agreements, and a map of slots for every object'],
    ['status photos', 'only the object photos'],
    ['status --agreement 7 --no-objects', 'only agreement 7, from the chain alone'],
  ])
    .argument('[name]', 'only this object')
    .option('--agreement <number>', 'only this one')
    .option('--no-objects', 'only agreements: reads nothing from providers')
    .action(async (name: string | undefined, options: StatusOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { status } = await import('../../client/status.ts');
      const { objectHealth } = await import('../../client/object-health.ts');
      const { healthLines, statusLines } = await import('../status-report.ts');
      const { parseCount } = await import('../units.ts');
      const agreement = options.agreement === undefined ? undefined : parseCount(options.agreement, { what: 'an agreement', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const all = await status(client, { agreement, signal });
        const health = options.objects ? await objectHealth(client, { agreements: all.agreements, name, signal }) : undefined;
        const { isProgramName } = await import('../program-names.ts');
        const nowSeconds = await client.chain.nowSeconds();
        output.result({ ...all, ...health }, () => [
          ...(name === undefined ? statusLines(all, nowSeconds) : []),
          ...(health === undefined ? [] : healthLines({ ...health, objects: health.objects.filter((one) => name !== undefined || !isProgramName(one.name)) }, { nowSeconds, isNamed: name !== undefined })),
        ]);
      });
    });
}
