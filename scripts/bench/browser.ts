// usage: node scripts/bench/browser.ts [--size 256MiB] [--scheme 10+6] [--batch 16MiB] [--apart] [--json]
// A put from a page in Chromium beside the Node client's put of as many random bytes, in one run against the same providers. --apart: a page that is not cross-origin isolated.
import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import type { PutOrder, Stored } from '../../test/browser/client-page.ts';
import { hasBrowser, startSite } from '../../test/browser/site.ts';
import { startNetwork } from './network.ts';

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const ACCOUNT = 19;
const MB = 1e6;

const { values } = parseArgs({
  options: { size: { type: 'string', default: '256MiB' }, scheme: { type: 'string', default: '10+6' }, batch: { type: 'string', default: '16MiB' }, apart: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
if (!hasBrowser) process.exit(1);
const sizeBytes = bytesOf(values.size);
const batchLog2 = Math.log2(bytesOf(values.batch));
const [k = 10, m = 6] = values.scheme.split('+').map(Number);
const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
const network = await startNetwork({ folder: join(folder, 'network'), providers: k + m, hosts: 2, scheme: { k, m } });
const site = await startSite('client.html', { minify: true });
try {
  await network.rent({ spaceBytes: 3 * sizeBytes, batchLog2 });
  const first = join(folder, 'first');
  await writeNoise(first, sizeBytes);

  const inNode = sizeBytes / MB / (await network.run({ home: 'node', name: 'node', path: first })).seconds;
  process.stderr.write(`put in Node ${inNode.toFixed(1)} MB/s\n`);

  const opening = { rpcUrl: network.rpcUrl, deployment: formatDeployment(network.deployment), account: ACCOUNT, heavies: undefined };
  const order: PutOrder = { open: opening, name: 'page', sizeBytes };
  const stored = (await site.unwatched({ isolated: !values.apart, order, timeoutMs: 600_000 })) as Stored | { readonly code: string; readonly message: string };
  if ('code' in stored) throw new Error(`${stored.code}: ${stored.message}`);
  const { timeMs, receipts } = stored;
  const inPage = sizeBytes / MB / (timeMs / 1_000);
  process.stderr.write(`put in page ${inPage.toFixed(1)} MB/s, ${(inPage / inNode).toFixed(2)} of Node's, ${receipts} receipts, cross-origin isolated: ${!values.apart}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify({ sizeBytes, nodeMbps: inNode, pageMbps: inPage, ratio: inPage / inNode, isIsolated: !values.apart })}\n`);
} finally {
  await site.stop();
  await network.stop();
  await rm(folder, { recursive: true, force: true });
}

async function writeNoise(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  const part = new Uint8Array(2 ** 20);
  for (let at = 0; at < bytes; at += part.length) await file.write(randomFillSync(part).subarray(0, Math.min(part.length, bytes - at)));
  await file.close();
}

function bytesOf(text: string): number {
  const [, count = '', unit = ''] = /^([0-9]+)([KMG]iB)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new RangeError(`${text} is no size such as 256MiB`);
  return Number(count) * factor;
}
