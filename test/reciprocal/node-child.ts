// usage: node test/reciprocal/node-child.ts <json {config, home, rpcUrl, deployment, account}>: a reciprocal node in a process of its own; prints its id
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import type { ReciprocalConfigInput } from '../../offchain/reciprocal/config.ts';
import { startReciprocal } from '../../offchain/reciprocal/service.ts';
import { createLogger } from '../../offchain/store/log.ts';

export interface ChildOrder {
  /** Amounts as decimal strings. */
  readonly config: ReciprocalConfigInput;
  readonly home: string;
  readonly rpcUrl: string;
  /** As `formatDeployment` writes it. */
  readonly deployment: string;
  readonly account: number;
}

const { config, home, rpcUrl, deployment, account } = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const log = createLogger({ name: 'child', write: (line) => void process.stdout.write(line) });
await startReciprocal({ config, home, rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), policy: { graceMs: 500 }, log });
