// usage: run by unreachable.test.ts inside a network namespace: a provider that nobody can call. Settings as JSON in the first argument.
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import type { Deployment } from '../../offchain/chain/deployment.ts';
import { startProvider } from '../../offchain/provider/service.ts';

interface Settings {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly index: number;
  readonly home: string;
  readonly region: number;
  readonly parent: number;
  readonly price: string;
  readonly stake: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}', (key, value: unknown) => (key === 'fromBlock' ? BigInt(value as string) : value)) as Settings;
const { rpcUrl, deployment, index, home, region, parent, price, stake } = settings;
const { id, url } = await startProvider({
  config: { home, region, parent, stake: BigInt(stake), capacityBytes: 2n ** 26n, price: { perBatchEpoch: BigInt(price) }, p2p: { tickMs: 100 } },
  rpcUrls: [rpcUrl],
  deployment,
  account: devAccount(index, DEV_CHAIN_ID),
});
process.stdout.write(`${JSON.stringify({ ready: true, id, url })}\n`);
