import { Command } from 'commander';
import { supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface StartOptions extends CommonOptions {
  readonly supervised?: boolean;
}

export function heavyCommand(): Command {
  return new Command('heavy').description('match, watch and repair for a share of the rent').addCommand(startCommand());
}

function startCommand(): Command {
  return verb('start', 'run the heavy node that `heavy` in config.json describes; registers where needed')
    .addOption(supervisedOption())
    .action(async (options: StartOptions) => {
      const { join } = await import('node:path');
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { requireSection } = await import('../config.ts');
      const { startHeavy } = await import('../../heavy/service.ts');
      const session = await openSession(options);
      const settings = requireSection(session.home, session.config, 'heavy');
      await runService(session, options, (context) => startHeavy({ ...context, settings: { ...settings, home: join(session.home, 'heavy') } }));
    });
}
