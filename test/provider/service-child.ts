// usage: node test/provider/service-child.ts <json {home, port, rpcUrl, deployment, account}>: a provider in a process of its own; prints its address
import { devAccount, DEV_CHAIN_ID } from '../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { startProvider } from '../../offchain/provider/service.ts';
import { createLogger } from '../../offchain/store/log.ts';

export interface ChildOrder {
  readonly home: string;
  /** 0: any. */
  readonly port: number;
  readonly rpcUrl: string;
  /** As `formatDeployment` writes it. */
  readonly deployment: string;
  readonly account: number;
}

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const config = {
  home: order.home,
  listen: { port: order.port },
  region: 1,
  parent: 1,
  stake: 10n ** 19n,
  capacityBytes: 1n << 30n,
  price: { perBatchEpoch: 10n ** 12n },
};
const log = createLogger({ name: 'child', write: (line) => void process.stderr.write(line) });
const running = await startProvider({ config, rpcUrls: [order.rpcUrl], deployment: parseDeployment(order.deployment), account: devAccount(order.account, DEV_CHAIN_ID), log });
process.stdout.write(`${JSON.stringify({ url: running.url, id: running.id })}\n`);
