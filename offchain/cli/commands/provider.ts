import { Command } from 'commander';
import { supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface StartOptions extends CommonOptions {
  readonly supervised?: boolean;
}

export function providerCommand(): Command {
  return new Command('provider').description('offer space, keep data, prove it, be paid').addCommand(startCommand()).addCommand(statusCommand());
}

function startCommand(): Command {
  return verb('start', 'run the provider that `provider` in config.json describes; registers and stakes where needed')
    .addOption(supervisedOption())
    .action(async (options: StartOptions) => {
      const { join } = await import('node:path');
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { requireSection } = await import('../config.ts');
      const { startProvider } = await import('../../provider/service.ts');
      const session = await openSession(options);
      const config = requireSection(session.home, session.config, 'provider');
      await runService(session, options, (context) => startProvider({ ...context, config: { ...config, home: join(session.home, 'provider') } }));
    });
}

function statusCommand(): Command {
  return verb('status', 'what the running provider of this home folder does')
    .option('--url <url>', "the provider's address; read from the registry where absent")
    .action(async (options: CommonOptions & { url?: string }) => {
      const { openSession } = await import('../session.ts');
      const { providerStatus, statusLines } = await import('../provider-status.ts');
      const session = await openSession(options);
      const status = await providerStatus(session, options.url);
      session.output.result(status, () => statusLines(status));
    });
}
