import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface ResolveOptions extends CommonOptions {
  readonly version?: string;
  readonly versions?: boolean;
}

export function resolveCommand(): Command {
  return verb('resolve', 'show what a public name stands for, where its segments lie, and which heavy nodes keep its record; needs no wallet', [
    ['resolve /a.com/izone.mp4', 'what it stands for and who keeps its record'],
    ['resolve /a.com/izone.mp4 --versions', 'its versions'],
  ])
    .argument('<name>', 'the public name')
    .option('--version <number>', 'an older version (default: the one that stands)')
    .option('--versions', 'list the versions that are kept')
    .action(async (name: string, options: ResolveOptions) => {
      const { withReader } = await import('../reader-session.ts');
      const { resolveName } = await import('../../client/named/resolve-name.ts');
      const { listNameVersions } = await import('../../client/named/list-name-versions.ts');
      const { resolveLines, versionLines } = await import('../publish-report.ts');
      const { parseCount } = await import('../units.ts');

      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 31 - 1 });
      await withReader(options, async ({ reader, output, signal }) => {
        if (options.versions === true) {
          const versions = await listNameVersions(reader, { name, signal });
          return output.result({ versions }, () => versionLines(versions));
        }
        const resolved = await resolveName(reader, { name, version, signal });
        output.result(resolved, () => resolveLines(resolved));
      });
    });
}
