// usage: started by network.ts with an IPC channel; runs heavy nodes and providers of one benchmark in a process of their own
import { devAccount, DEV_CHAIN_ID } from '../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { startHeavy } from '../../offchain/heavy/service.ts';
import { startProvider } from '../../offchain/provider/service.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { type CpuTimes, cpuTimes } from './cpu-times.ts';

/** What the host is told. `account`: index of a devnet account. */
export type HostOrder =
  | { readonly do: 'heavy'; readonly rpcUrl: string; readonly deployment: string; readonly account: number; readonly home: string }
  | {
      readonly do: 'provider'; readonly rpcUrl: string; readonly deployment: string; readonly account: number; readonly home: string;
      readonly parent: number; readonly region: number; readonly capacityBytes: string; readonly stake: string; readonly price: string;
    }
  | { readonly do: 'end'; readonly id: number }
  | { readonly do: 'cpu' };

/** What it answers, in the order of the orders. */
export type HostAnswer = { readonly id: number } | CpuTimes | { readonly error: string };

const running = new Map<number, { stop(): Promise<void> }>();
let last = Promise.resolve();

process.on('message', (order: HostOrder) => {
  last = last.then(async () => {
    const answer = await obey(order).catch((error: unknown): HostAnswer => ({ error: String(error) }));
    process.send?.(answer);
  });
});
// Without the one that started it, it has no purpose.
process.on('disconnect', () => process.exit(0));

async function obey(order: HostOrder): Promise<HostAnswer> {
  if (order.do === 'cpu') {
    return cpuTimes();
  }
  if (order.do === 'end') {
    await running.get(order.id)?.stop();
    running.delete(order.id);
    return { id: order.id };
  }
  const { home, rpcUrl } = order;
  const common = { rpcUrls: [rpcUrl], deployment: parseDeployment(order.deployment), account: devAccount(order.account, DEV_CHAIN_ID) };
  const node = order.do === 'heavy'
    ? await startHeavy({ ...common, settings: { home }, write: () => undefined })
    : await startProvider({
        ...common,
        log: createLogger({ name: 'provider', write: (line) => void (line.includes('"level":"error"') && process.stderr.write(`${line}\n`)) }),
        config: {
          home, parent: order.parent, region: order.region, stake: order.stake, capacityBytes: order.capacityBytes, price: { perBatchEpoch: order.price },
        },
      });
  running.set(node.id, node);
  return { id: node.id };
}
