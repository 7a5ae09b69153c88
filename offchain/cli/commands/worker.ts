import { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { startCommand } from '../start-command.ts';

export function workerCommand(): Command {
  return new Command('worker').description('give CPU to the network, and run a command of your own with the rest').addCommand(start()).addCommand(statusCommand());
}

function start(): Command {
  return startCommand('worker', 'run the worker that `worker` in config.json describes', async (config, home) => {
    const { startWorker } = await import('../../worker/service.ts');
    return async (context) => {
      const { rpcUrls, deployment, account } = context;
      const worker = await startWorker({ config: { ...config, home }, account, chain: { rpcUrls, deployment } });
      return { id: config.heavy, url: '', stop: () => worker.stop() };
    };
  });
}

function statusCommand(): Command {
  return verb('status', "what the worker of this home folder promised, gave and is owed, by its heavy node's books, and what it does now", [
    ['worker status', 'what it promised, gave and is owed'],
  ]).action(async (options: CommonOptions) => {
    const { openSession } = await import('../session.ts');
    const { workerStatus, workerLines } = await import('../worker-status.ts');
    const session = await openSession(options);
    const status = await workerStatus(session);
    session.output.result(status, () => workerLines(status));
  });
}
