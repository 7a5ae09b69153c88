import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function announceCommand(): Command {
  return verb('announce', 'tell heavy nodes where public content of yours lies, so that others adopt it instead of storing it again; gives everybody the keys to read it', [
    ['announce film.mp4', 'let others adopt it instead of storing it again'],
  ])
    .argument('<name>', 'as `holdfast ls` shows it; in a locked agreement, or adopted')
    .option('--version <number>', 'an older version (default: the newest)')
    .action(async (name: string, options: CommonOptions & { readonly version?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { announce } = await import('../../client/adopt/announce.ts');
      const { parseCount } = await import('../units.ts');
      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        const announced = await announce(client, { name, version, signal });
        output.result(announced, () => `${announced.contentId} is registered at ${announced.heavies} heavy nodes; it is paid for until period ${announced.endPeriod}.`);
      });
    });
}
