/** What the tests of the IPFS gateway share: a network with public content of many shapes, and the tools of others. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CarReader } from '@ipld/car';
import { startIpfsGateway } from '../../../offchain/gateway/ipfs/start.ts';
import type { IpfsSettingsInput } from '../../../offchain/gateway/ipfs/settings.ts';
import type { Client } from '../../../offchain/client/client.ts';
import { createLogger } from '../../../offchain/store/log.ts';
import { noise, writeTree } from '../../client/tree.ts';

export const MIB = 1 << 20;
const require = createRequire(import.meta.url);
const IPFS_CAR = join(dirname(require.resolve('ipfs-car')), 'bin.js');
const run = promisify(execFile);

/** The real command-line tool. */
export async function ipfsCar(...args: string[]): Promise<string> {
  return (await run(process.execPath, [IPFS_CAR, ...args], { encoding: 'utf8' })).stdout.trim();
}

export const FILES: Readonly<Record<string, Uint8Array | string>> = {
  'empty': '',
  'one byte': 'x',
  '.hidden': 'hidden',
  'page.html': '<h1>Hello</h1>',
  'exact': noise('exact', MIB),
  'one over': noise('over', MIB + 1),
  'three.bin': noise('three', 3 * MIB),
  'sub/deep/ünïcode ☃/日本.txt': 'snow\n'.repeat(100),
};
export const MANY = 1_050;

export async function writeFolders(folder: string): Promise<{ tree: string; many: string; zeros: string }> {
  const many = join(folder, 'many');
  await mkdir(many);
  await Promise.all(Array.from({ length: MANY }, (_, i) => writeFile(join(many, `file ü-${i}.txt`), `content ${i % 7}`)));
  const zeros = join(folder, 'zeros');
  await writeFile(zeros, Buffer.alloc(24 * MIB));
  return { tree: await writeTree(join(folder, 'tree'), FILES), many, zeros };
}

export function startGateway(client: Client, settings: IpfsSettingsInput = {}) {
  return startIpfsGateway({ client, settings: { refreshSeconds: 3_600, ...settings }, log: createLogger({ name: 'ipfs', write: () => undefined }) });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Without anything that fetch does to addresses. */
export function ask(base: string, path: string, options: { readonly method?: string; readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {}): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method: 'GET', agent: false, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
    });
    asked.on('error', reject).end();
  });
}

export interface CarBlocks {
  readonly roots: string[];
  /** In the order of the archive. */
  readonly cids: string[];
  readonly blocks: ReadonlyMap<string, Uint8Array>;
}

/** Read by @ipld/car; every block's hash is checked. */
export async function readCar(bytes: Uint8Array): Promise<CarBlocks> {
  const reader = await CarReader.fromBytes(bytes);
  const cids: string[] = [];
  const blocks = new Map<string, Uint8Array>();
  for await (const block of reader.blocks()) {
    const { digest } = block.cid.multihash;
    if (!createHash('sha256').update(block.bytes).digest().equals(digest)) throw new Error(`block ${block.cid} has other bytes`);
    cids.push(block.cid.toString());
    blocks.set(block.cid.toString(), block.bytes);
  }
  return { roots: (await reader.getRoots()).map(String), cids, blocks };
}
