import { Command } from 'commander';
import { supervisedOption } from '../common-options.ts';
import { parseCount } from '../parse-count.ts';

/** Blocks without transactions keep the chain's time close to the clock's. */
const BLOCK_INTERVAL_MS = 250;

/** Hidden: the devnet and the demo start it as a process of its own. */
export function chainCommand(): Command {
  return new Command('chain').description('a local chain').addCommand(
    new Command('start')
      .description('serve a new local chain until the process is stopped')
      .option('--port <number>', 'default: any free one', (text: string) => parseCount(text, { what: 'a port', min: 0, max: 65_535 }), 0)
      .addOption(supervisedOption())
      .action(async (options: { port: number; supervised?: boolean }) => {
        const { startChainServer } = await import('../../chain/chain-server.ts');
        const { announceReady, untilStopped } = await import('../supervision.ts');
        const stopped = untilStopped(options);
        const server = await startChainServer({ port: options.port, blockIntervalMs: BLOCK_INTERVAL_MS });
        announceReady({ rpcUrl: server.rpcUrl });
        await stopped;
        await server.close();
        process.exit(0);
      }),
  );
}
