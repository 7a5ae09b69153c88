import { join } from 'node:path';
import { startWorker } from '../worker/service.ts';
import type { RunningWorker } from '../worker/service.ts';
import type { Provider } from './context.ts';

/** Gives the parent the share of CPU that `worker` in the configuration promises. What goes wrong with it does not keep the provider from its duties. */
export function joinWorker({ config, chain, account, log }: Pick<Provider, 'config' | 'chain' | 'account' | 'log'>): { stop(): Promise<void> } {
  if (config.worker === undefined) return { stop: async () => undefined };
  const settings = { ...config.worker, home: join(config.home, 'worker'), heavy: config.parent };
  const started: Promise<RunningWorker | undefined> = startWorker({ config: settings, account, chain, log }).catch((error: unknown) => {
    log.error('worker.not-started', { error });
    return undefined;
  });
  return { stop: async () => (await started)?.stop() };
}
