/** An S3 gateway on a small real network, in this process. */
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { OpenedObjects } from '../../../offchain/gateway/objects/open.ts';
import type { ObjectsSettingsInput } from '../../../offchain/gateway/objects/settings.ts';
import type { AccessKey } from '../../../offchain/gateway/s3/auth/access-key.ts';
import { KeyFile } from '../../../offchain/gateway/s3/auth/key-file.ts';
import type { S3SettingsInput } from '../../../offchain/gateway/s3/http/settings.ts';
import { startS3Gateway } from '../../../offchain/gateway/s3/start.ts';
import type { RunningS3 } from '../../../offchain/gateway/s3/start.ts';
import { createLogger } from '../../../offchain/store/log.ts';
import { rentedClient, startWorld } from '../../client/world.ts';
import { openTestObjects } from '../objects/store-world.ts';

export interface S3World {
  readonly gateway: RunningS3;
  readonly objects: OpenedObjects;
  readonly keys: KeyFile;
  readonly key: AccessKey;
  /** What the gateway logged. */
  readonly lines: string[];
  sdk(options?: S3ClientConfig, key?: AccessKey): S3Client;
  stop(): Promise<void>;
}

export async function startS3World(options: { readonly objects?: ObjectsSettingsInput; readonly s3?: S3SettingsInput; readonly nowMs?: () => number } = {}): Promise<S3World> {
  const world = await startWorld({ providers: 4 });
  const { client } = await rentedClient(world, { account: 12 });
  const objects = await openTestObjects(client, options.objects);
  const keys = await KeyFile.open(join(world.folder, 'gateway'));
  const key = await keys.add({});
  const lines: string[] = [];
  const log = createLogger({ name: 's3', write: (line) => void lines.push(line) });
  const gateway = await startS3Gateway({ objects, keys, creator: client.creator, log, settings: { port: 0, ...options.s3 }, ...(options.nowMs === undefined ? {} : { nowMs: options.nowMs }) });
  const clients: S3Client[] = [];
  return {
    gateway, objects, keys, key, lines,
    sdk(more = {}, by = key) {
      const sdk = new S3Client({ endpoint: gateway.url, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: by.accessKey, secretAccessKey: by.secretKey }, maxAttempts: 1, ...more });
      clients.push(sdk);
      return sdk;
    },
    async stop() {
      for (const one of clients) one.destroy();
      await gateway.stop();
      await objects.close();
      await world.stop();
    },
  };
}
