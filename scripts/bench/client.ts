// usage: started by network.ts with an IPC channel; one verb of a creator in a process of its own, so that its memory and CPU time are its own
import { keepHeapSmall } from '../../offchain/cli/small-heap.ts';
import { type CpuTimes, cpuSince, cpuTimes } from './cpu-times.ts';
import { peakMemoryBytes } from './memory.ts';
import { timed } from './timing.ts';

/** What the client is told. `account`: index of a devnet account. */
export interface ClientOrder {
  readonly rpcUrl: string;
  readonly deployment: string;
  readonly account: number;
  readonly home: string;
  readonly name: string;
  /** What to store, or else where to restore to. */
  readonly path?: string | undefined;
  readonly into?: string | undefined;
}

/** Of the verb alone, without starting the process and opening the home folder; the peak is the whole process's. */
export interface ClientAnswer {
  readonly seconds: number;
  readonly cpu: CpuTimes;
  readonly peakBytes: number;
  /** Only of a put. */
  readonly storedBytes: number;
  readonly batches: number;
}

keepHeapSmall();
const { createChain } = await import('../../offchain/chain/client.ts');
const { devAccount, DEV_CHAIN_ID } = await import('../../offchain/chain/dev-accounts.ts');
const { parseDeployment } = await import('../../offchain/chain/deployment.ts');
const { createClient } = await import('../../offchain/client/client.ts');
const { get } = await import('../../offchain/client/get.ts');
const { put } = await import('../../offchain/client/put.ts');

process.once('message', (order: ClientOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () => process.exit(1)),
  );
});

async function obey({ rpcUrl, deployment, account, home, name, path, into }: ClientOrder): Promise<ClientAnswer> {
  const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
  const client = await createClient({ chain, home });
  let stored = { storedBytes: 0, batches: 0 };
  const before = cpuTimes();
  const seconds = await timed(async () => {
    if (path !== undefined) {
      const { stats, batches, lost } = await put(client, { paths: [path], name });
      if (lost.length > 0) throw new Error(`${name}: ${lost.length} slots were lost`);
      stored = { storedBytes: stats.storedBytes, batches };
    } else {
      const { failed } = await get(client, { name, into: into ?? '' });
      if (failed.length > 0) throw new Error(`${name}: ${failed.length} files failed`);
    }
  });
  const cpu = cpuSince(before, cpuTimes());
  await client.close();
  return { seconds, cpu, peakBytes: peakMemoryBytes(), ...stored };
}
