import { Command, Option } from 'commander';

/** A command line without "holdfast", and what it does. */
export type Example = readonly [line: string, does: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();
export const PROGRESS_MODES = ['auto', 'bar', 'lines', 'json', 'none'] as const;

/** A verb with the options that all verbs share. Every example must be one that the program takes; test/cli/help.test.ts tries them. */
export function verb(name: string, description: string, examples: readonly Example[] = []): Command {
  const command = new Command(name)
    .description(description)
    .option('--home <folder>', 'keystore, configuration and state (default: ~/.holdfast)')
    .option('--rpc <url>', "the chain's JSON-RPC address; may be given several times", collect)
    .option('--deployment <file>', 'where the contracts are (default: deployment.json in the home folder)')
    .option('--password-file <file>', 'read the password from a file (else HOLDFAST_PASSWORD, else it is asked for)')
    .option('--json', 'print the result, or the error, as one JSON line')
    .option('--quiet', 'print results and errors only')
    .addOption(new Option('--progress <how>', 'on standard error: a bar, plain lines, JSON lines, or nothing (auto: a bar on a terminal)').choices(PROGRESS_MODES).default('auto'))
    .option('--debug', 'print the whole story of an error');
  return withExamples(command, examples);
}

export function withExamples(command: Command, examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  return command;
}

export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}

/** For what signs or pays. */
export const DRY_RUN_OPTION = ['--dry-run', 'show what it would do and cost; sign and pay nothing'] as const;

/** Set by a supervising process: stop when standard input ends. */
export function supervisedOption(): Option {
  return new Option('--supervised', 'stop when standard input ends').hideHelp();
}

export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
