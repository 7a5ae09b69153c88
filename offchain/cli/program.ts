import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { acceptCommand } from './commands/accept.ts';
import { adoptCommand } from './commands/adopt.ts';
import { adoptedCommand } from './commands/adopted.ts';
import { announceCommand } from './commands/announce.ts';
import { chainCommand } from './commands/chain.ts';
import { challengeCommand } from './commands/challenge.ts';
import { channelCommand } from './commands/channel.ts';
import { closeCommand } from './commands/close.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { collectCommand } from './commands/collect.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { earningsCommand } from './commands/earnings.ts';
import { devnetCommand } from './commands/devnet.ts';
import { edgeCommand } from './commands/edge.ts';
import { endowCommand } from './commands/endow.ts';
import { extendCommand } from './commands/extend.ts';
import { fireCommand } from './commands/fire.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { getCommand } from './commands/get.ts';
import { groupCommand } from './commands/group.ts';
import { growCommand } from './commands/grow.ts';
import { heavyCommand } from './commands/heavy.ts';
import { helpCommand } from './commands/help.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { lockCommand } from './commands/lock.ts';
import { lsCommand } from './commands/ls.ts';
import { operatorCommand } from './commands/operator.ts';
import { providerCommand } from './commands/provider.ts';
import { publishCommand } from './commands/publish.ts';
import { fetchCommand } from './commands/publish-fetch.ts';
import { handOverNameCommand } from './commands/publish-hand-over.ts';
import { namesCommand } from './commands/publish-names.ts';
import { republishCommand } from './commands/publish-again.ts';
import { withdrawNameCommand } from './commands/publish-withdraw.ts';
import { putCommand } from './commands/put.ts';
import { repairCommand } from './commands/repair.ts';
import { reciprocalCommand } from './commands/reciprocal.ts';
import { releaseCommand } from './commands/release.ts';
import { renewCommand } from './commands/renew.ts';
import { rentCommand } from './commands/rent.ts';
import { resolveCommand } from './commands/resolve.ts';
import { retireCommand } from './commands/retire.ts';
import { restoreCommand } from './commands/restore.ts';
import { revokeCommand } from './commands/revoke.ts';
import { rmCommand } from './commands/rm.ts';
import { sessionCommand } from './commands/session.ts';
import { shareKeyCommand } from './commands/share-key.ts';
import { shareCommand } from './commands/share.ts';
import { sharedCommand } from './commands/shared.ts';
import { sponsorCommand } from './commands/sponsor.ts';
import { statusCommand } from './commands/status.ts';
import { tokensCommand } from './commands/tokens.ts';
import { topUpCommand } from './commands/top-up.ts';
import { versionsCommand } from './commands/versions.ts';
import { withdrawCommand } from './commands/withdraw.ts';
import { workerCommand } from './commands/worker.ts';
import { describeAll, styled, topicList } from './help/describe.ts';

/** In the order of the help. */
const GROUPS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Wallet and money:': [initCommand, tokensCommand, withdrawCommand, earningsCommand],
  'Space:': [rentCommand, extendCommand, renewCommand, topUpCommand, growCommand, closeCommand, releaseCommand, lockCommand, endowCommand],
  'Data:': [putCommand, importCommand, getCommand, lsCommand, versionsCommand, restoreCommand, rmCommand, collectCommand, retireCommand],
  'Public names and content:': [
    publishCommand, resolveCommand, fetchCommand, namesCommand, republishCommand, withdrawNameCommand, handOverNameCommand, announceCommand, adoptCommand, adoptedCommand,
  ],
  'Sharing:': [shareCommand, sharedCommand, acceptCommand, revokeCommand, groupCommand, shareKeyCommand],
  'Health:': [statusCommand, repairCommand, fireCommand, challengeCommand],
  'Access and reads:': [sessionCommand, channelCommand, sponsorCommand],
  'Nodes:': [operatorCommand, providerCommand, reciprocalCommand, edgeCommand, gatewayCommand, heavyCommand, workerCommand],
  'This machine:': [doctorCommand, devnetCommand, demoCommand, completionCommand, helpCommand],
};

/** The whole command line. Verbs load what they need when they run, so that help and argument errors are instant. */
export function createProgram(): Command {
  const program = new Command('holdfast')
    .description('Rent storage, store and restore data, provide space, and prove it.')
    .version(versionOf(), '-V, --version')
    .exitOverride()
    // Verbs may have options of the program's names: get --version means a stored version.
    .enablePositionalOptions()
    .showHelpAfterError('(holdfast COMMAND --help explains the options)')
    .helpCommand(false)
    .configureHelp({ sortSubcommands: false, styleTitle: (text) => styled('bold', text, process.stdout) })
    .addHelpText('after', topicList);
  for (const [group, verbs] of Object.entries(GROUPS)) for (const verb of verbs) program.addCommand(verb().helpGroup(group));
  program.addCommand(chainCommand(), { hidden: true });
  program.addCommand(completeCommand(), { hidden: true });
  describeAll(program);
  inheritSettings(program);
  return program;
}

/** `addCommand` does not pass on what the parent was told about errors. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}

function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
