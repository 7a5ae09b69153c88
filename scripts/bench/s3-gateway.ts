// usage: started by s3.ts with an IPC channel; an S3 gateway in a process of its own
import { createChain } from '../../offchain/chain/client.ts';
import { devAccount, DEV_CHAIN_ID } from '../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { createClient } from '../../offchain/client/client.ts';
import { openObjects } from '../../offchain/gateway/objects/open.ts';
import type { OpenedObjects } from '../../offchain/gateway/objects/open.ts';
import { KeyFile } from '../../offchain/gateway/s3/auth/key-file.ts';
import { startS3Gateway } from '../../offchain/gateway/s3/start.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { peakMemoryBytes } from './memory.ts';

export type GatewayOrder =
  | { readonly do: 'start'; readonly rpcUrl: string; readonly deployment: string; readonly account: number; readonly home: string; readonly durability: 'network' | 'spool' }
  /** Puts `count` copies of one small object into a bucket, without HTTP. */
  | { readonly do: 'fill'; readonly bucket: string; readonly count: number }
  | { readonly do: 'flush' }
  | { readonly do: 'peak' };

export interface GatewayAnswer {
  readonly url?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly peakBytes?: number;
}

const AT_ONCE = 256;
let objects: OpenedObjects | undefined;
let stop: () => Promise<void> = async () => undefined;

process.on('message', (order: GatewayOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.once('disconnect', () => void stop().finally(() => process.exit(0)));

async function obey(order: GatewayOrder): Promise<GatewayAnswer> {
  if (order.do === 'start') return start(order);
  if (order.do === 'fill') await fill(order.bucket, order.count);
  if (order.do === 'flush') await objects?.flush();
  return { peakBytes: peakMemoryBytes() };
}

async function start({ rpcUrl, deployment, account, home, durability }: GatewayOrder & { readonly do: 'start' }): Promise<GatewayAnswer> {
  const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
  const client = await createClient({ chain, home });
  const log = createLogger({ name: 's3', write: (line) => void (line.includes('"level":"error"') && process.stderr.write(line)) });
  const opened = (objects = await openObjects({ client, settings: { durability, flushMs: 3_600_000, compactMs: 3_600_000 }, log }));
  const keys = await KeyFile.open(home);
  const { accessKey, secretKey } = keys.list()[0] ?? (await keys.add({}));
  const gateway = await startS3Gateway({ objects: opened, keys, creator: client.creator, log, settings: { port: 0 } });
  stop = async () => {
    await gateway.stop();
    await opened.close();
    await client.close();
  };
  return { url: gateway.url, accessKey, secretKey };
}

async function fill(bucket: string, count: number): Promise<void> {
  const from = { bucket, key: 'folder 0/key 00000000' };
  const bytes = Buffer.from('one of many');
  await objects?.putObject({ ...from, body: one(bytes), sizeBytes: bytes.length });
  let next = 1;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await objects?.copyObject({ bucket, key: `folder ${at % 100}/key ${String(at).padStart(8, '0')}`, from });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
