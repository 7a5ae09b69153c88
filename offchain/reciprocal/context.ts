import type { LocalAccount } from 'viem';
import type { NodeClient as Client } from '../client/client.ts';
import type { RunningProvider } from '../provider/service.ts';
import type { Logger } from '../store/log.ts';
import type { NamedFolder, ReciprocalConfig } from './config.ts';
import type { Retries } from './retries.ts';
import type { Vault } from './vault.ts';

/** What the steps of a reciprocal node work with; put together once, in service.ts. */
export interface Node {
  readonly client: Client;
  readonly account: LocalAccount;
  readonly config: ReciprocalConfig;
  readonly giveBytes: bigint;
  readonly folders: readonly NamedFolder[];
  readonly vault: Vault;
  readonly retries: Retries;
  readonly log: Logger;
  /** Fires when the service stops. */
  readonly signal: AbortSignal;
  /** Undefined until a heavy node, coin and stake are there. */
  provider(): RunningProvider | undefined;
  /** What does not work now, by step; said once, and gone when the step succeeds. */
  note(step: string, problem: unknown): void;
  cleared(step: string): void;
}
