import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface PublishOptions extends CommonOptions {
  readonly version?: string;
  readonly agreement?: string;
  readonly days?: string;
}

export function publishCommand(): Command {
  return verb('publish', 'let everybody read a public object under a name such as /a.com/izone.mp4; the first to claim a free name owns it', [
    ['publish izone.mp4 /a.com/izone.mp4', 'store the file as public content, and publish it'],
    ['publish film.mp4 /a.com/film.mp4 --days 30', 'for thirty days'],
  ])
    .argument('<what>', 'a name that `holdfast ls` shows as public, or a file or folder, which is stored as public content first')
    .argument('<name>', 'the public name')
    .option('--version <number>', 'an older version of what is stored (default: the newest)')
    .option('--agreement <number>', 'where a file or folder is stored; needed when several agreements run')
    .option('--days <number>', 'the name stands for it so many days (default: until it is published anew or withdrawn)')
    .action(async (what: string, name: string, options: PublishOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { publishName } = await import('../../client/named/publish-name.ts');
      const { storedToPublish } = await import('../publish-source.ts');
      const { publishLines } = await import('../publish-report.ts');
      const { parseCount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');

      const storedVersion = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 31 - 1 });
      const agreement = options.agreement === undefined ? undefined : parseId(options.agreement, 'an agreement');
      const days = options.days === undefined ? undefined : parseCount(options.days, { what: 'a number of days', max: 36_500 });
      await withClient(options, async ({ client, output, signal }) => {
        const { onProgress, done } = showProgress(options);
        const stored = await storedToPublish(client, what, { agreement, onProgress, signal }).finally(done);
        const expirySeconds = days === undefined ? undefined : Math.floor(await client.chain.nowSeconds()) + days * 86_400;
        const published = await publishName(client, { name, stored, storedVersion, expirySeconds, signal });
        output.result({ ...published, stored }, () => publishLines(published));
      });
    });
}
