import { Command, Option } from 'commander';

/** A verb with the options that all verbs share. */
export function verb(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--home <folder>', 'keystore, configuration and state (default: ~/.holdfast)')
    .option('--rpc <url>', "the chain's JSON-RPC address; may be given several times", collect)
    .option('--deployment <file>', 'where the contracts are (default: deployment.json in the home folder)')
    .option('--password-file <file>', 'read the password from a file (else HOLDFAST_PASSWORD, else it is asked for)')
    .option('--json', 'print the result, or the error, as one JSON line')
    .option('--quiet', 'print results and errors only')
    .option('--debug', 'print the whole story of an error');
}

/** Set by a supervising process: stop when standard input ends. */
export function supervisedOption(): Option {
  return new Option('--supervised', 'stop when standard input ends').hideHelp();
}

export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
