import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function versionsCommand(): Command {
  return verb('versions', 'list the versions of a name; `holdfast get NAME INTO --version N` fetches one', [['versions photos', 'all versions of photos']])
    .argument('<name>', 'as `holdfast ls` shows it')
    .action(async (name: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { list } = await import('../../client/list.ts');
      const { NoSuchObjectError } = await import('../../client/errors.ts');
      const { table } = await import('../output.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const found = (await list(client, { signal })).find((one) => one.name === name);
        if (found === undefined) throw new NoSuchObjectError(name, 'nothing is stored under this name');
        const row = ({ version, createdMs, deleted, contentId, agreement, bundle }: (typeof found.versions)[number]) => [String(version), new Date(createdMs).toISOString().slice(0, 19).replace('T', ' '), deleted ? 'deleted' : `agreement ${agreement}, bundle ${bundle}`, contentId ?? ''];
        output.result(found, () => table(found.versions.map(row), { right: [0] }));
      });
    });
}
