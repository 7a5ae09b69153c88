import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function republishCommand(): Command {
  return verb('republish', 'publish anew, under all of your public names, what moved since (after `holdfast collect`)', [
    ['republish', 'publish anew what collect moved'],
  ])
    .action(async (options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { refreshNames } = await import('../../client/named/refresh-names.ts');
      const { PartialError } = await import('../errors.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const { unchanged, published, failed } = await refreshNames(client, { signal });
        output.result({ unchanged, published, failed }, () => [
          ...published.map(({ name, version }) => `Published   ${name}, version ${version}`),
          `Unchanged   ${unchanged.length} names`,
        ]);
        const [first] = failed;
        if (first !== undefined) throw new PartialError(`${failed.length} names were not published anew (first: ${first.name}: ${first.reason}).`, { details: { failed } });
      });
    });
}
