import type { Command } from 'commander';
import { DRY_RUN_OPTION, collect, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface RevokeCommandOptions extends CommonOptions {
  readonly from?: readonly string[];
  readonly keepBytes?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function revokeCommand(): Command {
  return verb('revoke', 'take a share back: the content is stored anew under new keys, and the old bytes are given up', [
    ['revoke photos --dry-run', 'what that would store and give up'],
    ['revoke photos --from 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --yes', 'from one of them; the others go on'],
    ['revoke 0x3f2a99c0 --keep-bytes', 'only close later versions: costs nothing'],
  ])
    .argument('<share>', 'its number, or the name that it is of, as `holdfast shared --mine` shows them')
    .option('--from <address>', 'only from this one; may be given several times (default: everybody)', collect)
    .option('--keep-bytes', 'store nothing anew: whoever has the keys can read what is there now as long as it lies there')
    .option(...DRY_RUN_OPTION)
    .option('--yes', 'do not ask')
    .action(async (share: string, options: RevokeCommandOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { planRevoke, revoke } = await import('../../client/share/revoke.ts');
      const { planLines, revokedLines } = await import('../share-report.ts');
      const { listed } = await import('../share-arguments.ts');
      const { confirm } = await import('../confirm.ts');
      const { parseAddress } = await import('../units.ts');

      const from = options.from === undefined ? undefined : listed(options.from).map(parseAddress);
      await withClient(options, async ({ client, output, signal }) => {
        const what = { share, from, keepBytes: options.keepBytes, signal };
        const plan = await planRevoke(client, what);
        const lines = planLines(plan.from, plan.rekey);
        if (options.dryRun === true) return output.result({ dryRun: true, ...plan }, () => lines);
        if (options.yes !== true && plan.rekey !== null) {
          for (const line of lines) output.note(line);
          await confirm('Go on? [y/N] ');
        }
        const { onProgress, done } = showProgress(options);
        const revoked = await revoke(client, { ...what, onProgress }).finally(done);
        output.result(revoked, () => revokedLines(revoked));
      });
    });
}
