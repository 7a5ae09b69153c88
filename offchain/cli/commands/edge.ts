import { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { startCommand } from '../start-command.ts';

export function edgeCommand(): Command {
  return new Command('edge').description('cache what is popular and serve it for vouchers').addCommand(start()).addCommand(statusCommand());
}

function start(): Command {
  return startCommand('edge', 'run the edge node that `edge` in config.json describes; registers where needed', async (config, home) => {
    const { startEdge } = await import('../../edge/service.ts');
    return (context) => startEdge({ ...context, config: { ...config, home } });
  });
}

function statusCommand(): Command {
  return verb('status', 'what a running edge node keeps and serves', [
    ['edge status', 'what the edge node of this home folder keeps and serves'],
  ])
    .option('--url <url>', "the node's address; read from the registry where absent")
    .action(async (options: CommonOptions & { url?: string }) => {
      const { edgeStatus, edgeLines } = await import('../edge-status.ts');
      const { openSession } = await import('../session.ts');
      const session = await openSession(options);
      const status = await edgeStatus(session, options.url);
      session.output.result(status, () => edgeLines(status));
    });
}
