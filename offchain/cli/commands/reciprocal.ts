import { Command } from 'commander';
import { collect, supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { ReciprocalArguments } from '../reciprocal-config.ts';

interface StartOptions extends CommonOptions, ReciprocalArguments {
  readonly supervised?: boolean;
}

export function reciprocalCommand(): Command {
  return new Command('reciprocal')
    .description('give a part of the disk, store your folders in the network for it')
    .addCommand(startCommand())
    .addCommand(statusCommand())
    .addCommand(planCommand())
    .addCommand(restoreCommand())
    .addCommand(leaveCommand());
}

function space(command: Command): Command {
  return command
    .option('--disk <size>', 'the part of the disk that this is about, for example 100GiB')
    .option('--give <share>', 'how much of it is given, such as 50% or 40GiB; at most as much is taken (default: 50%)')
    .option('--price <tokens>', 'for a GiB and epoch: asked of others, and the most that is paid to them (default: 0.001)')
    .option('--periods <number>', 'whole periods that stay paid ahead (default: 4)');
}

function startCommand(): Command {
  return space(verb('start', 'run the node: a provider and a creator with one wallet; goes on where it was ended', [
    ['reciprocal start --folder photos --disk 100GiB', 'give half of 100 GiB, store photos for it'],
  ]))
    .option('--folder <folder>', 'what is stored; may be given several times', collect)
    .option('--parent <number>', 'the heavy node to belong to (default: the first that answers)')
    .option('--region <number>', 'where the node stands (default: one of its own)')
    .option('--scheme <k+m>', 'for networks with a provider for each slot, such as 10+6; until then full copies')
    .option('--stake <tokens>', 'behind the given space (default: enough for all of it)')
    .option('--batch <size>', 'unit of storing, a power of two (default: by the size of the folders)')
    .addOption(supervisedOption())
    .action(async (options: StartOptions) => {
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { readPolicy } = await import('../read-policy.ts');
      const { reciprocalConfig } = await import('../reciprocal-config.ts');
      const { startReciprocal } = await import('../../reciprocal/service.ts');
      const session = await openSession(options);
      const { home, config } = session;
      const reciprocal = reciprocalConfig(config.reciprocal, options);
      await runService(session, options, (context) => startReciprocal({ ...context, config: reciprocal, home, heavies: config.network.heavies, policy: { reads: readPolicy(config.reads) } }));
    });
}

function statusCommand(): Command {
  return verb('status', 'what the node gives and takes, earns and pays, and who holds a copy of what', [
    ['reciprocal status', 'what is given and taken, and who holds what'],
  ]).action(async (options: CommonOptions) => {
    const { withClient } = await import('../client-session.ts');
    const { statementOf } = await import('../../reciprocal/statement.ts');
    const { statementLines } = await import('../reciprocal-report.ts');
    await withClient(options, async ({ client, output }) => {
      const statement = await statementOf(client);
      output.result(statement, () => statementLines(statement));
    });
  });
}

function planCommand(): Command {
  return space(verb('plan', 'how many tokens to begin with, and which of them come back', [
    ['reciprocal plan --disk 100GiB', 'how many tokens to begin with'],
  ])).action(async (options: CommonOptions & ReciprocalArguments) => {
    const { openSession } = await import('../session.ts');
    const { ReciprocalConfig } = await import('../../reciprocal/config.ts');
    const { needs } = await import('../../reciprocal/funding.ts');
    const { readParameters } = await import('../../chain/read-parameters.ts');
    const { reciprocalConfig } = await import('../reciprocal-config.ts');
    const { needsLines } = await import('../reciprocal-report.ts');
    const session = await openSession(options);
    const config = ReciprocalConfig.parse(reciprocalConfig(session.config.reciprocal, { folder: ['.'], ...options }));
    const chain = await session.chain();
    const told = needs(config, { ...chain.clock, stakeEpochs: (await readParameters(chain)).stakeEpochs });
    session.output.result(told, () => needsLines(told));
  });
}

function restoreCommand(): Command {
  return verb('restore', 'get a folder back: from the network, or while alone from the own copy', [
    ['reciprocal restore photos photos-again', 'from the network, or from the own copy'],
  ])
    .argument('<name>', "the folder's last part, as `holdfast reciprocal status` shows it")
    .argument('<into>', 'a folder; made where it is not there')
    .action(async (name: string, into: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { restoreFolder } = await import('../../reciprocal/restore.ts');
      const { PartialError } = await import('../errors.ts');
      await withClient(options, async ({ client, home, output, signal }) => {
        const { from, restored, failed } = await restoreFolder(client, { name, into, home, signal });
        output.result({ name, into, from, restored, failed: failed.map(({ path }) => path) }, () => `${restored} files and folders are restored from ${from === 'network' ? 'the network' : 'the own copy'}.`);
        if (failed.length > 0) throw new PartialError(`${failed.length} files could not be restored (first: ${failed[0]?.path}); ${restored} are there.`, { details: { failed: failed.map(({ path }) => path) }, nextStep: 'Run it again when more providers are up.' });
      });
    });
}

function leaveCommand(): Command {
  return verb('leave', 'take own copies, give up all agreements of this mode, hand over what is held, take the stake out; the service must run', [
    ['reciprocal leave', 'after asking; the data stays on this machine'],
  ])
    .option('--cancel', 'stay after all: what was not given up yet is kept')
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { readonly cancel?: boolean; readonly yes?: boolean }) => {
      const { withClient } = await import('../client-session.ts');
      const { confirm } = await import('../confirm.ts');
      const { withProviderStore } = await import('../provider-store.ts');
      const { setLeaving } = await import('../../provider/leaving.ts');
      const { setReciprocalLeaving } = await import('../../reciprocal/leave.ts');
      const leaves = options.cancel !== true;
      if (leaves && options.yes !== true) await confirm('Give up all copies in the network with the end of this period? [y/N] ');
      await withClient(options, async (session) => {
        await setReciprocalLeaving(session.client, leaves);
        if (!leaves) await withProviderStore(session, (store) => setLeaving(store, false));
        session.output.result({ leaving: leaves }, () => (leaves ? 'The node leaves; `holdfast provider exit` shows how far it is.' : 'The node stays.'));
      });
    });
}
