import type { Command } from 'commander';
import { supervisedOption, verb } from './common-options.ts';
import type { CommonOptions, Config } from './config.ts';
import type { Service, ServiceContext } from './service.ts';

type Section = 'provider' | 'heavy' | 'edge' | 'worker';

/** `holdfast <section> start`: runs the service that this section of config.json describes; its files lie in `<home>/<section>`. */
export function startCommand<K extends Section>(
  section: K,
  description: string,
  /** Loads the service, which is only needed now. */
  load: (config: NonNullable<Config[K]>, home: string) => Promise<(context: ServiceContext) => Promise<Service>>,
): Command {
  return verb('start', description, [[`${section} start`, 'until Ctrl-C; says on standard output when it is ready']])
    .addOption(supervisedOption())
    .action(async (options: CommonOptions & { readonly supervised?: boolean }) => {
      const { join } = await import('node:path');
      const { openSession } = await import('./session.ts');
      const { runService } = await import('./service.ts');
      const { requireSection } = await import('./config.ts');
      const session = await openSession(options);
      await runService(session, options, await load(requireSection(session.home, session.config, section), join(session.home, section)));
    });
}
