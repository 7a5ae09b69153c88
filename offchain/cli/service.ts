import type { PrivateKeyAccount } from 'viem/accounts';
import type { Deployment } from '../chain/deployment.ts';
import { guardProcess } from '../health/unexpected.ts';
import { createLogger } from '../store/log.ts';
import type { Session } from './session.ts';
import { announceReady, untilStopped } from './supervision.ts';
import type { RunOptions } from './supervision.ts';

/** sysexits.h: a fault of the program. */
const EXIT_SOFTWARE = 70;
const END_GRACE_MS = 5_000;

export interface Service {
  /** Of a node. */
  readonly id?: number;
  readonly url: string;
  /** More to tell a supervisor when it is ready. */
  readonly facts?: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

export interface ServiceContext {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly account: PrivateKeyAccount;
  readonly confirmations: number | undefined;
  /** A chain or a database that is away is waited for. */
  readonly isPatient: true;
  readonly signal: AbortSignal;
}

/**
 * Runs a service until the process is asked to stop; says on standard output when it is ready. No failure of the chain, the database or a peer ends it;
 * an exception that nobody caught does, with status 70, for its supervisor to start it anew.
 */
export async function runService(session: Session, options: RunOptions, start: (context: ServiceContext) => Promise<Service>): Promise<void> {
  const stopping = new AbortController();
  const stopped = untilStopped(options).finally(() => stopping.abort());
  const log = createLogger({ name: 'process' });
  let service: Service | undefined;
  guardProcess({
    log,
    end: () => {
      setTimeout(() => process.exit(EXIT_SOFTWARE), END_GRACE_MS);
      void service?.stop().finally(() => process.exit(EXIT_SOFTWARE));
    },
  });
  const context: ServiceContext = { confirmations: session.config.network.confirmations, isPatient: true, signal: stopping.signal, rpcUrls: session.rpcUrls(), deployment: await session.deployment(), account: await session.account() };
  service = await Promise.race([start(context), stopped.then((why) => Promise.reject(why))]);
  announceReady({ ...service.facts, id: service.id, url: service.url, operator: context.account.address });
  await stopped;
  await service.stop();
  process.exit(0);
}
