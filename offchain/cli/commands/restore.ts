import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface RestoreCommandOptions extends CommonOptions {
  readonly only?: string;
  readonly allVersions?: boolean;
  readonly dryRun?: boolean;
  readonly maxReadPrice?: string;
}

export function restoreCommand(): Command {
  return verb('restore', 'bring everything back with the wallet alone; run again, it fetches only what is not there yet', [
    ['restore everything', 'the newest version of every name, each in a folder of its own'],
    ['restore everything --only photos', 'names that begin with photos'],
    ['restore everything --all-versions', 'older versions and deleted names too'],
    ['restore everything --dry-run', 'what that would fetch'],
  ])
    .argument('<into>', 'the folder; made where it is missing')
    .option('--only <prefix>', 'only names that begin with this')
    .option('--all-versions', 'every version, each in a folder with its number')
    .option('--dry-run', 'say what would be fetched; write nothing')
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for reads, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .action(async (into: string, options: RestoreCommandOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { restoreAll } = await import('../../client/restore/restore-all.ts');
      const { restoreLines } = await import('../restore-report.ts');
      const { isPackName } = await import('../program-names.ts');
      const { PartialError } = await import('../errors.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const { onProgress, done } = showProgress(options);
        const restored = await restoreAll(client, { into, only: options.only, allVersions: options.allVersions, isDryRun: options.dryRun, onProgress, signal }).finally(done);
        output.result(options.dryRun === true ? { dryRun: true, ...restored } : restored, () => restoreLines(restored, options.dryRun === true));
        const packs = restored.versions.filter(({ name }) => isPackName(name)).length;
        if (packs > 0) output.note(`${packs} of these look like packs of an S3 gateway: \`holdfast gateway --s3\` with this wallet serves the objects that are in them.`);
        const [first] = restored.failed;
        if (first === undefined) return;
        throw new PartialError(`${restored.failed.length} files or versions could not be restored (first: ${first.name}${first.path === undefined ? '' : `: ${first.path}`}: ${first.reason}); everything else is there.`, {
          details: { failed: restored.failed },
          nextStep: 'Run it again when more providers are up: what is there is not fetched again.',
        });
      });
    });
}
