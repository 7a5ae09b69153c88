// usage: started by s3.ts with an IPC channel; an S3 gateway in a process of its own
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createChain } from '../../offchain/chain/client.ts';
import { devAccount, DEV_CHAIN_ID } from '../../offchain/chain/dev-accounts.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { createClient } from '../../offchain/client/client.ts';
import { toRowKey } from '../../offchain/gateway/objects/keys.ts';
import { openObjects } from '../../offchain/gateway/objects/open.ts';
import type { OpenedObjects } from '../../offchain/gateway/objects/open.ts';
import { KeyFile } from '../../offchain/gateway/s3/auth/key-file.ts';
import { startS3Gateway } from '../../offchain/gateway/s3/start.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import { peakMemoryBytes } from './memory.ts';

export type GatewayOrder =
  | { readonly do: 'start'; readonly rpcUrl: string; readonly deployment: string; readonly account: number; readonly home: string; readonly durability: 'network' | 'spool' }
  /** `count` objects in a bucket that is empty. */
  | { readonly do: 'fill'; readonly bucket: string; readonly count: number }
  | { readonly do: 'flush' }
  | { readonly do: 'peak' };

export interface GatewayAnswer {
  readonly url?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly peakBytes?: number;
}

const ROWS_AT_ONCE = 2_500;
const EMPTY_MD5 = createHash('md5').digest('hex');
let homeFolder = '';
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
  homeFolder = home;
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

/** Straight into the gateway's tables, as objects of no bytes that were put long ago: what is measured is how they are listed. */
async function fill(bucket: string, count: number): Promise<void> {
  const file = (await readdir(homeFolder)).find((name) => /^objects-.*\.db$/.test(name));
  if (file === undefined) throw new Error('the gateway has no tables of its own in its home folder');
  const store = await openNodeStore({ home: homeFolder, name: file.slice(0, -'.db'.length) });
  try {
    const same = { bucket, versionId: 'null', isLatest: true, isMarker: false, sizeBytes: 0n, etag: EMPTY_MD5, modifiedMs: 0n, record: JSON.stringify({ headers: {}, tags: {}, pieces: [] }) };
    for (let at = 0; at < count; at += ROWS_AT_ONCE) {
      const data = Array.from({ length: Math.min(ROWS_AT_ONCE, count - at) }, (_, i) => ({ ...same, key: toRowKey(keyOf(at + i)), order: BigInt(at + i) }));
      await store.objectVersion.createMany({ data });
    }
  } finally {
    await store.$disconnect();
  }
}

function keyOf(at: number): string {
  return `folder ${at % 100}/key ${String(at).padStart(8, '0')}`;
}
