import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface NamesOptions extends CommonOptions {
  readonly owner?: string;
}

export function namesCommand(): Command {
  return verb('names', 'list the public names that you, or somebody else, published', [
    ['names', 'the public names of this wallet'],
    ['names --owner 0x90F79bf6EB2c4f870365E785982E1f101E93b906', 'those of somebody else'],
  ])
    .option('--owner <address>', "another's (default: this wallet's)")
    .action(async (options: NamesOptions) => {
      const { openSession } = await import('../session.ts');
      const { withReader } = await import('../reader-session.ts');
      const { listOwnNames } = await import('../../client/named/list-own-names.ts');
      const { parseAddress } = await import('../units.ts');
      const owner = options.owner === undefined ? (await (await openSession(options)).account()).address : parseAddress(options.owner);
      await withReader(options, async ({ reader, output, signal }) => {
        const listed = await listOwnNames(reader, { owner, signal });
        const silent = listed.silent.length === 0 ? [] : [`(heavy nodes ${listed.silent.join(', ')} did not answer)`];
        output.result(listed, () => [...(listed.names.length === 0 ? ['No names.'] : listed.names), ...silent]);
      });
    });
}
