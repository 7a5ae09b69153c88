import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { TableOptions } from '../earnings-csv.ts';

interface EarningsOptions extends CommonOptions, TableOptions {
  readonly node?: string;
}

/** Of any address or node: needs no wallet and no node, only the chain. */
export function earningsCommand(): Command {
  return verb('earnings', 'where the money of an address or a node went, from the chain\'s events alone: earned, potential, at stake, lost; paid, used, refunded', [
    ['earnings', 'of this wallet'],
    ['earnings 0x70997970C51812dc3A010C7d01b50e0d17dc79C8', 'of an address, without its wallet'],
    ['earnings --node 7 --by agreement --csv node7.csv', 'of a node, agreement by agreement, as a table'],
  ])
    .argument('[address]', "the account; this home folder's wallet where absent")
    .option('--node <number>', 'a node instead of an address')
    .option('--by <epoch|period|agreement>', 'lines of the table', 'period')
    .option('--csv <file>', 'write a table: exact units and tokens; - for standard output')
    .action(async (address: string | undefined, options: EarningsOptions) => {
      const { openSession } = await import('../session.ts');
      const { showNode, showCreator } = await import('../statement.ts');
      const { parseAddress } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const session = await openSession(options);
      if (options.node !== undefined) return showNode(session, options, parseId(options.node, 'a node'));
      await showCreator(session, options, address === undefined ? (await session.account()).address : parseAddress(address));
    });
}
