import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface FetchOptions extends CommonOptions {
  readonly version?: string;
  readonly path?: string;
  readonly maxSize?: string;
  readonly maxReadPrice?: string;
}

export function fetchCommand(): Command {
  return verb('fetch', 'fetch what a public name stands for, whoever published it; needs no wallet where reads are free', [
    ['fetch /a.com/izone.mp4 videos', 'fetch it into the folder videos; no wallet needed'],
    ['fetch /a.com/izone.mp4 --version 2 --max-size 2GiB', 'version 2, and nothing above 2 GiB'],
  ])
    .argument('<name>', 'the public name')
    .argument('[into]', 'the folder to write into; made where it is missing', '.')
    .option('--version <number>', 'an older version (default: the one that stands)')
    .option('--path <path>', 'only this file or folder inside of it')
    .option('--max-size <size>', 'refuse what is larger, for example 2GiB (default: no limit)')
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for reads, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .action(async (name: string, into: string, options: FetchOptions) => {
      const { showProgress } = await import('../client-session.ts');
      const { withReader } = await import('../reader-session.ts');
      const { fetchByName } = await import('../../client/named/fetch-by-name.ts');
      const { PartialError } = await import('../errors.ts');
      const { fetchLines } = await import('../publish-report.ts');
      const { failedFiles } = await import('../failed-files.ts');
      const { parseCount, parseSize } = await import('../units.ts');

      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 31 - 1 });
      const maxBytes = options.maxSize === undefined ? undefined : Number(parseSize(options.maxSize));
      await withReader(options, async ({ reader, output, signal }) => {
        const { onProgress, done } = showProgress(options);
        const fetched = await fetchByName(reader, { name, into, version, path: options.path, maxBytes, onProgress, signal }).finally(done);
        const failed = failedFiles(fetched);
        output.result({ ...fetched, failed }, () => fetchLines(fetched));
        if (failed.length > 0) throw new PartialError(`${failed.length} files could not be fetched (first: ${failed[0]?.path}: ${failed[0]?.reason}); ${fetched.restored} are there.`, { details: { failed }, nextStep: 'Run it again when more providers are up.' });
      });
    });
}
