import type { Command } from 'commander';
import { collect, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface ShareCommandOptions extends CommonOptions {
  readonly to?: readonly string[];
  readonly group?: readonly string[];
  readonly prefix?: boolean;
  readonly path?: string;
  readonly version?: string;
  readonly link?: boolean;
  readonly linkHost?: string;
  readonly expires?: string;
  readonly output?: string;
  readonly refresh?: boolean;
  readonly dryRun?: boolean;
}

export function shareCommand(): Command {
  return verb('share', 'let others read what is stored, or a part of it; they follow new versions, unless one is named', [
    ['share photos --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8', 'with the owner of an address'],
    ['share photos --path 2025/june --link --expires 7d', 'a folder of it, with whoever has the link, for a week'],
    ['share projects/ --prefix --group team', 'all names that begin like this, with a group'],
    ['share report --version 3 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --output report.grant', 'one version, as a file for `holdfast accept`'],
    ['share photos --group team --dry-run', 'what would be shared with whom; nothing is stored or sent'],
    ['share --refresh', 'tell everybody what has changed; put does it by itself'],
  ])
    .argument('[name]', 'as `holdfast ls` shows it')
    .option('--to <address>', 'an address, or a card (`holdfast share-key --card`); may be given several times', collect)
    .option('--group <name>', 'a group (`holdfast group`); may be given several times', collect)
    .option('--prefix', 'all names that begin with this one')
    .option('--path <path>', 'only this file or folder inside of it')
    .option('--version <number>', 'only this version (default: always the newest)')
    .option('--link', 'make a link, which needs no wallet')
    .option('--link-host <url>', 'write the link with the address of this heavy node')
    .option('--expires <time>', 'from then on it is not given out, such as 12h, 7d or 2w (default: never)')
    .option('--output <file>', 'write the grants into a file as well, a line for each recipient')
    .option('--refresh', 'tell recipients of all shares what has changed')
    .option('--dry-run', 'show what would be shared, with whom, and what that takes; store and send nothing')
    .action(async (name: string | undefined, options: ShareCommandOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { PartialError, UsageError } = await import('../errors.ts');
      const { listed, parseExpiry } = await import('../share-arguments.ts');
      const { parseCount } = await import('../parse-count.ts');

      if ((name === undefined) !== (options.refresh === true)) throw new UsageError('Name what is to be shared, or give --refresh.');
      if (name === undefined && options.dryRun === true) throw new UsageError('--dry-run is about a new share.', '`holdfast shared --mine` says which of yours changed.');
      const version = options.version === undefined ? undefined : parseCount(options.version, { what: 'a version', max: 2 ** 32 - 1 });
      await withClient(options, async ({ client, output, signal }) => {
        if (name === undefined) {
          const { refreshShares } = await import('../../client/share/refresh-shares.ts');
          const done = await refreshShares(client, { signal });
          output.result(done, () => `${done.refreshed.length} shares were given anew.`);
          if (done.failed.length > 0) throw new PartialError(`${done.failed.length} recipients could not be told (first: ${done.failed[0]?.address}: ${done.failed[0]?.reason})`, { details: { failed: done.failed } });
          return;
        }
        const { share } = await import('../../client/share/share.ts');
        const { linkText, parseLink } = await import('../../client/share/link.ts');
        const { shareLines } = await import('../share-report.ts');
        const withLink = options.link === true || options.linkHost !== undefined;
        const expirySeconds = options.expires === undefined ? 0 : parseExpiry(options.expires, await client.chain.nowSeconds());
        const target = { name, isPrefix: options.prefix === true, ...(options.path === undefined ? {} : { path: options.path }), ...(version === undefined ? {} : { version }) };
        const what = { target, to: listed(options.to), groups: listed(options.group), withLink, expirySeconds, signal };
        if (options.dryRun === true) {
          const { previewShare } = await import('../../client/share/preview-share.ts');
          const { sharePreviewLines } = await import('../share-report.ts');
          const preview = await previewShare(client, what);
          return output.result({ dryRun: true, ...preview }, () => sharePreviewLines(preview));
        }
        const shared = await share(client, what);
        const link = shared.link !== undefined && options.linkHost !== undefined ? linkText({ ...parseLink(shared.link), host: options.linkHost }) : shared.link;
        if (options.output !== undefined) {
          const { writeFile } = await import('node:fs/promises');
          await writeFile(options.output, `${[...shared.grants.map(({ text }) => text), ...(link === undefined ? [] : [link])].join('\n')}\n`, { mode: 0o600 });
        }
        output.result({ ...shared, link }, () => shareLines({ ...shared, link }, options.output));
        if (shared.failed.length > 0) throw new PartialError(`${shared.failed.length} recipients could not be given it (first: ${shared.failed[0]?.address}: ${shared.failed[0]?.reason})`, { details: { failed: shared.failed }, nextStep: '`holdfast share --refresh` tries again.' });
      });
    });
}
