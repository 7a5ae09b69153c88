import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { TableOptions } from '../earnings-csv.ts';

interface ProviderEarningsOptions extends CommonOptions, TableOptions {
  readonly node?: string;
}

export function providerEarningsCommand(): Command {
  return verb('earnings', 'what the provider earned, may earn, has at stake and lost', [
    ['provider earnings', 'of the provider of this home folder, with the vouchers that wait there'],
    ['provider earnings --by agreement --csv -', 'agreement by agreement, as a table'],
    ['provider earnings --node 7', 'of any provider, from the chain alone'],
  ])
    .option('--node <number>', "any provider: needs neither its wallet nor its files; this home folder's where absent")
    .option('--by <epoch|period|agreement>', 'lines of the table', 'period')
    .option('--csv <file>', 'write a table: exact units and tokens; - for standard output')
    .action(async (options: ProviderEarningsOptions) => {
      const { openSession } = await import('../session.ts');
      const { showNode, showOwnProvider } = await import('../statement.ts');
      const { parseId } = await import('../which-agreement.ts');
      const session = await openSession(options);
      if (options.node === undefined) return showOwnProvider(session, options);
      await showNode(session, options, parseId(options.node, 'a provider'));
    });
}
