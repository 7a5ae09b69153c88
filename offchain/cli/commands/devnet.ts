import { Command } from 'commander';
import { withExamples } from '../common-options.ts';
import { parseCount } from '../parse-count.ts';

interface DevnetOptions {
  readonly heavies: number;
  readonly providers: number;
  readonly epochSeconds: number;
  readonly port: number;
  readonly dappPort: number;
  readonly dapp: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

const number = (what: string, bounds: { min: number; max: number }) => (text: string) => parseCount(text, { what, ...bounds });

export function devnetCommand(): Command {
  const command = new Command('devnet')
    .description('a network on this machine: a chain, heavy nodes and providers, until Ctrl-C')
    .option('--heavies <number>', 'heavy nodes', number('a number of heavy nodes', { min: 1, max: 8 }), 2)
    .option('--providers <number>', 'providers', number('a number of providers', { min: 2, max: 60 }), 8)
    .option('--epoch-seconds <number>', 'length of an epoch', number('a number of seconds', { min: 2, max: 7200 }), 5)
    .option('--port <number>', "the chain's port (default: any free one)", number('a port', { min: 0, max: 65_535 }), 0)
    .option('--dapp-port <number>', 'where the web pages are served (default: any free port)', number('a port', { min: 0, max: 65_535 }), 0)
    .option('--no-dapp', 'serve no web pages')
    .option('--folder <folder>', 'keep the run here (default: a temporary folder, removed at the end)')
    .option('--json', 'print the addresses as one JSON line')
    .action(async (options: DevnetOptions) => {
      const { runDevnet } = await import('../devnet/run-devnet.ts');
      await runDevnet(options);
    });
  return withExamples(command, [
    ['devnet', 'two heavy nodes and eight providers; prints what to type next'],
    ['devnet --providers 16 --folder run --json', 'kept in the folder run; the addresses as one JSON line'],
  ]);
}
