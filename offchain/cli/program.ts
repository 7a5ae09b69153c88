import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { chainCommand } from './commands/chain.ts';
import { demoCommand } from './commands/demo.ts';
import { devnetCommand } from './commands/devnet.ts';
import { getCommand } from './commands/get.ts';
import { heavyCommand } from './commands/heavy.ts';
import { initCommand } from './commands/init.ts';
import { lsCommand } from './commands/ls.ts';
import { providerCommand } from './commands/provider.ts';
import { putCommand } from './commands/put.ts';
import { rentCommand } from './commands/rent.ts';
import { statusCommand } from './commands/status.ts';
import { tokensCommand } from './commands/tokens.ts';

/** The whole command line. Verbs load what they need when they run, so that help and argument errors are instant. */
export function createProgram(): Command {
  const program = new Command('holdfast')
    .description('Rent storage, store and restore data, provide space, and prove it.')
    .version(versionOf(), '-V, --version')
    .exitOverride()
    // Verbs may have options of the program's names: get --version means a stored version.
    .enablePositionalOptions()
    .showHelpAfterError('(holdfast COMMAND --help explains the options)')
    .configureHelp({ sortSubcommands: false });
  for (const verb of [initCommand(), tokensCommand(), rentCommand(), putCommand(), getCommand(), lsCommand(), statusCommand(), providerCommand(), heavyCommand(), devnetCommand(), demoCommand()]) {
    program.addCommand(verb);
  }
  program.addCommand(chainCommand(), { hidden: true });
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
