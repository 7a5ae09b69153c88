import { Command } from 'commander';
import { supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface StartOptions extends CommonOptions {
  readonly supervised?: boolean;
}

export function edgeCommand(): Command {
  return new Command('edge').description('cache what is popular and serve it for vouchers').addCommand(startCommand()).addCommand(statusCommand());
}

function startCommand(): Command {
  return verb('start', 'run the edge node that `edge` in config.json describes; registers where needed')
    .addOption(supervisedOption())
    .action(async (options: StartOptions) => {
      const { join } = await import('node:path');
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { requireSection } = await import('../config.ts');
      const { startEdge } = await import('../../edge/service.ts');
      const session = await openSession(options);
      const config = requireSection(session.home, session.config, 'edge');
      await runService(session, options, (context) => startEdge({ ...context, config: { ...config, home: join(session.home, 'edge') } }));
    });
}

function statusCommand(): Command {
  return verb('status', 'what a running edge node keeps and serves')
    .option('--url <url>', "the node's address; read from the registry where absent")
    .action(async (options: CommonOptions & { url?: string }) => {
      const { edgeStatus, edgeLines } = await import('../edge-status.ts');
      const { openSession } = await import('../session.ts');
      const session = await openSession(options);
      const status = await edgeStatus(session, options.url);
      session.output.result(status, () => edgeLines(status));
    });
}
