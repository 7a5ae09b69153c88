import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface GetOptions extends CommonOptions {
  readonly version?: string;
  readonly path?: string;
  readonly maxReadPrice?: string;
}

export function getCommand(): Command {
  return verb('get', 'restore what is stored under a name; a new machine needs nothing but the wallet')
    .argument('<name>', 'as `holdfast ls` shows it')
    .argument('<into>', 'the folder to restore into; made where it is missing')
    .option('--version <number>', 'an older version (default: the newest)')
    .option('--path <path>', 'only this file or folder inside of it')
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for reads, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .action(async (name: string, into: string, options: GetOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { get } = await import('../../client/get.ts');
      const { getLines } = await import('../get-report.ts');
      const { PartialError } = await import('../errors.ts');
      const { failedFiles } = await import('../failed-files.ts');
      const { parseCount } = await import('../units.ts');

      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const { onProgress, done } = showProgress(options);
        const restored = await get(client, { name, into, version, path: options.path, signal, onProgress }).finally(done);
        const failed = failedFiles(restored);
        output.result({ ...restored, failed }, () => getLines(restored));
        if (failed.length > 0) {
          throw new PartialError(`${failed.length} files could not be restored (first: ${failed[0]?.path}: ${failed[0]?.reason}); ${restored.restored} are there.`, {
            details: { failed },
            nextStep: 'Run it again when more providers are up.',
          });
        }
      });
    });
}
