import { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function groupCommand(): Command {
  const command = new Command('group').description('keep named sets of addresses to share with');
  command.addCommand(verb('list', 'list the groups and their members', [['group list', 'all of them']])
    .action(async (options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { listGroups } = await import('../../client/share/groups.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const groups = await listGroups(client, { signal });
        output.result({ groups }, () => (groups.length === 0 ? ['There is no group.'] : groups.flatMap(({ name, members }) => [name, ...members.map((address) => `    ${address}`)])));
      });
    }));
  command.addCommand(verb('add', 'add members to a group, and give them what it has; makes the group where it is missing', [['group add team 0x70997970C51812dc3A010C7d01b50e0d17dc79C8', 'one member']])
    .argument('<group>', 'its name')
    .argument('<member...>', 'addresses or cards')
    .action(async (name: string, members: readonly string[], options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { addToGroup } = await import('../../client/share/groups.ts');
      const { PartialError } = await import('../errors.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const change = await addToGroup(client, { name, members, signal });
        output.result(change, () => `"${name}" has ${change.members.length} members; ${change.shares.length} shares were given to the new ones.`);
        if (change.failed.length > 0) throw new PartialError(`${change.failed.length} could not be given what the group has (first: ${change.failed[0]?.address}: ${change.failed[0]?.reason})`, { details: { failed: change.failed }, nextStep: '`holdfast share --refresh` tries again.' });
      });
    }));
  command.addCommand(verb('remove', 'remove members from a group, and take back what they had through it (see `holdfast revoke`)', [['group remove team 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --yes', 'one member']])
    .argument('<group>', 'its name')
    .argument('<member...>', 'addresses')
    .option('--keep-bytes', 'store nothing anew: only later versions are closed')
    .option(...DRY_RUN_OPTION)
    .option('--yes', 'do not ask')
    .action(async (name: string, members: readonly string[], options: CommonOptions & { readonly keepBytes?: boolean; readonly dryRun?: boolean; readonly yes?: boolean }) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { planRemoval, removeFromGroup } = await import('../../client/share/groups.ts');
      const { planLines } = await import('../share-report.ts');
      const { confirm } = await import('../confirm.ts');
      const { parseAddress } = await import('../units.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const what = { name, members: members.map(parseAddress), keepBytes: options.keepBytes, signal };
        const plans = await planRemoval(client, what);
        const lines = plans.flatMap(({ from, rekey }) => planLines(from, rekey));
        if (options.dryRun === true) return output.result({ dryRun: true, shares: plans }, () => (lines.length === 0 ? ['They had nothing through the group.'] : lines));
        if (options.yes !== true && plans.some(({ rekey }) => rekey !== null)) {
          for (const line of lines) output.note(line);
          await confirm('Go on? [y/N] ');
        }
        const { onProgress, done } = showProgress(options);
        const change = await removeFromGroup(client, { ...what, onProgress }).finally(done);
        output.result(change, () => `"${name}" has ${change.members.length} members; ${change.shares.length} shares were taken back.`);
      });
    }));
  return command;
}
