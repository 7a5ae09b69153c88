import type { PrivateKeyAccount } from 'viem/accounts';
import type { Deployment } from '../chain/deployment.ts';
import type { Session } from './session.ts';
import { announceReady, untilStopped } from './supervision.ts';
import type { RunOptions } from './supervision.ts';

export interface Service {
  readonly id: number;
  readonly url: string;
  stop(): Promise<void>;
}

export interface ServiceContext {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly account: PrivateKeyAccount;
}

/** Runs a service until the process is asked to stop; says on standard output when it is ready. */
export async function runService(session: Session, options: RunOptions, start: (context: ServiceContext) => Promise<Service>): Promise<void> {
  const stopped = untilStopped(options);
  const context = { rpcUrls: session.rpcUrls(), deployment: await session.deployment(), account: await session.account() };
  const service = await Promise.race([start(context), stopped.then((why) => Promise.reject(why))]);
  announceReady({ id: service.id, url: service.url, operator: context.account.address });
  await stopped;
  await service.stop();
  process.exit(0);
}
