import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface ImportCommandOptions extends CommonOptions {
  readonly root?: string;
  readonly agreement?: string;
  readonly private?: boolean;
  readonly maxSize?: string;
  readonly dryRun?: boolean;
}

export function importCommand(): Command {
  return verb('import', 'store what a CAR holds, an archive of IPFS: every block is verified first', [
    ['import site.car site', 'store the files of site.car as public content under the name site'],
    ['import backup.car backup --private', 'encrypted, for yourself alone'],
    ['import site.car site --dry-run', 'verify it, and show what it holds'],
  ])
    .argument('<file>', 'a CAR, version 1 or 2')
    .argument('<name>', 'the name to store it under')
    .option('--root <cid>', 'which root to take, when it has several')
    .option(AGREEMENT_OPTION[0], 'the agreement to store in; needed when several run')
    .option('--private', 'encrypted; nobody finds it by a CID then')
    .option('--max-size <size>', 'refuse an archive whose files have more bytes in all, such as 500GiB (default: 100 times its size, at least 64GiB)')
    .option('--dry-run', 'verify it and show what it holds; store nothing')
    .action(async (path: string, name: string, options: ImportCommandOptions) => {
      const { importCar, inspectCar } = await import('../../client/cid/import-car.ts');
      const { contentsLines, importLines } = await import('../import-report.ts');
      const { checkPaths, checkedName } = await import('../put-report.ts');
      const { tellSharers } = await import('../tell-sharers.ts');
      const { createOutput } = await import('../output.ts');
      const { showProgress, withClient } = await import('../client-session.ts');
      const { parseSize } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const agreement = options.agreement === undefined ? undefined : parseId(options.agreement, 'an agreement');
      const maxBytes = options.maxSize === undefined ? undefined : Number(parseSize(options.maxSize));
      const { root } = options;
      checkedName(name);
      await checkPaths([path]);
      const { onProgress, done } = showProgress(options);
      if (options.dryRun === true) {
        const contents = await inspectCar({ path, name, root, maxBytes, onProgress }).finally(done);
        return createOutput(options).result({ ...contents, dryRun: true }, () => contentsLines(contents));
      }
      await withClient(options, async ({ client, output, signal }) => {
        const imported = await importCar(client, { path, name, root, agreement, maxBytes, visibility: options.private === true ? 'private' : 'public', onProgress, signal }).finally(done);
        await tellSharers(client, output, signal);
        output.result(imported, () => importLines(imported));
      });
    });
}
