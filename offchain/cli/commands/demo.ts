import { Command } from 'commander';
import { withExamples } from '../common-options.ts';
import { parseCount } from '../parse-count.ts';

interface DemoOptions {
  readonly json?: string;
  readonly seed?: number;
  readonly providers: number;
  readonly keep?: boolean;
  readonly epochSeconds: number;
  readonly sizeMib: number;
}

const number = (what: string, bounds: { min: number; max: number }) => (text: string) => parseCount(text, { what, ...bounds });

export function demoCommand(): Command {
  const command = new Command('demo')
    .description('the whole story on this machine: a chain, a network, data stored, proven, lost, restored, repaired, and every token accounted for')
    .option('--json <file>', 'write the report here')
    .option('--seed <number>', 'the same accounts and data every time', number('a seed', { min: 0, max: 2 ** 32 - 1 }))
    .option('--providers <number>', 'how many take part from the beginning', number('a number of providers', { min: 16, max: 60 }), 20)
    .option('--epoch-seconds <number>', 'length of an epoch', number('a number of seconds', { min: 2, max: 60 }), 4)
    .option('--size-mib <number>', 'data to store', number('a number of MiB', { min: 1, max: 4096 }), 64)
    .option('--keep', 'leave the network running at the end and print its addresses')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      await runDemo(options);
    });
  return withExamples(command, [
    ['demo', 'two minutes, then a table that accounts for every token'],
    ['demo --providers 24 --keep', 'with 24 providers, left running at the end'],
  ]);
}
