import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface LsOptions extends CommonOptions {
  readonly all?: boolean;
  readonly long?: boolean;
  readonly version?: string;
}

export function lsCommand(): Command {
  return verb('ls', 'list the stored names, or what is inside of one', [
    ['ls', 'every name with its newest version'],
    ['ls --long', 'with files and sizes'],
    ['ls --all', 'every version, deleted names, and those that gateways and shares keep'],
    ['ls photos 2025/june --version 3', 'what version 3 of photos has in 2025/june'],
  ])
    .argument('[name]', 'look into this one')
    .argument('[path]', 'only this file or folder inside of it')
    .option('--all', 'all versions, deleted names, and what gateways (packs) and shares (.holdfast/) keep')
    .option('--long', 'with the number of files and sizes, for which the manifest of every name is read')
    .option('--version <number>', 'with a name: an older version (default: the newest)')
    .action(async (name: string | undefined, path: string | undefined, options: LsOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { parseCount } = await import('../parse-count.ts');
      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        if (name !== undefined) {
          const { listInside } = await import('../../client/list-inside.ts');
          const { insideLines } = await import('../list-report.ts');
          const inside = await listInside(client, { name, version, path, signal });
          return output.result(inside, () => insideLines(inside));
        }
        const { list } = await import('../../client/list.ts');
        const { listLines, longLines } = await import('../list-report.ts');
        const objects = await list(client, { signal });
        const { hiddenNote, isProgramName } = await import('../program-names.ts');
        const living = options.all === true ? objects : objects.filter(({ deleted }) => !deleted);
        const shown = options.all === true ? living : living.filter(({ name: one }) => !isProgramName(one));
        if (shown.length < living.length) output.note(hiddenNote(living.length - shown.length));
        if (options.long !== true) return output.result(shown, () => listLines(shown, { all: options.all === true }));
        const { sizesOf } = await import('../../client/list-inside.ts');
        const sizes = await sizesOf(client, { signal });
        const long = shown.map((one) => ({ ...one, ...sized(sizes.get(one.name)) }));
        output.result(long, () => longLines(long));
      });
    });
}

function sized<T extends object>(size: T | string | undefined): Partial<T> & { readonly problem?: string } {
  return typeof size === 'string' ? { problem: size } as Partial<T> & { readonly problem: string } : { ...size } as Partial<T>;
}
