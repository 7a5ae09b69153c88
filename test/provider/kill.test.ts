import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseEther } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { putBytes, requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { BundleDescription, FragmentStored } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askReceipt, creatorOf, fragmentUrl, makeBundle, openTestAgreement, registerHeavy, rootOf, startTestProvider, stopTestProvider } from './network.ts';
import type { TestAgreement, TestProvider } from './network.ts';
import type { ChildOrder } from './service-child.ts';

/** How often the process is killed. HOLDFAST_KILLS=100 for a long look. */
const KILLS = Number(process.env['HOLDFAST_KILLS'] ?? 5);
const DELAY_MAX_MS = 250;
const ACCOUNT = 2;
const CHILD = join(import.meta.dirname, 'service-child.ts');

let holdfast: TestHoldfast;
let home: string;
let child: ChildProcess;
let mate: TestProvider;
let provider: { url: string; id: number };
let agreement: TestAgreement;

beforeAll(async () => {
  holdfast = await startHoldfast();
  await registerHeavy(holdfast);
  await buyTokens(await holdfast.as(ACCOUNT), { coin: parseEther('1') });
  home = await mkdtemp(join(tmpdir(), 'holdfast-kill-'));
  provider = await start(0);
  mate = await startTestProvider(holdfast, 1, { capacityBytes: 1n << 30n });
  agreement = await openTestAgreement(await creatorOf(holdfast), [provider as TestProvider, mate], { batchLog2: 20, quota: 200 });
}, 120_000);
afterAll(async () => {
  child.kill('SIGKILL');
  await stopTestProvider(mate);
  await holdfast.stop();
  await rm(home, { recursive: true, force: true });
});

/** Starts the process and waits until it serves. */
async function start(port: number): Promise<{ url: string; id: number }> {
  const order: ChildOrder = { home, port, rpcUrl: holdfast.rpcUrl, deployment: formatDeployment(holdfast.deployment), account: ACCOUNT };
  child = spawn(process.execPath, [CHILD, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return JSON.parse(line) as { url: string; id: number };
}

interface Acknowledged {
  readonly fragments: Map<Hex, Hex>;
  readonly bundles: Hex[];
}

/** Uploads, each with its receipt, until the process is gone. What was answered is written down. */
async function uploadUntilDead(round: number, acknowledged: Acknowledged): Promise<void> {
  for (let i = 0; ; i++) {
    const bundle = makeBundle(agreement, 2, `round ${round} upload ${i}`);
    try {
      await Promise.all(
        bundle.batches.map(async ({ batchId, fragmentRoots }, b) => {
          const headers = { authorization: agreement.header, 'x-holdfast-root': fragmentRoots[0]! };
          const { root } = await putBytes(fragmentUrl(provider.url, agreement.id, batchId, 0), { body: bundle.fragments[b]![0]!, headers, schema: FragmentStored });
          acknowledged.fragments.set(batchId, root);
        }),
      );
      await askReceipt(agreement, provider as TestProvider, 0, bundle, 0);
      acknowledged.bundles.push(bundle.root);
    } catch {
      return;
    }
  }
}

it(`holds everything acknowledged after each of ${KILLS} kills`, async () => {
  const acknowledged: Acknowledged = { fragments: new Map(), bundles: [] };
  const port = Number(new URL(provider.url).port);
  for (let round = 0; round < KILLS; round++) {
    const before = acknowledged.bundles.length;
    const uploading = uploadUntilDead(round, acknowledged);
    // In every other round not before something was acknowledged, however busy the machine is.
    if (round % 2 === 0) await expect.poll(() => acknowledged.bundles.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before);
    await new Promise((resolve) => setTimeout(resolve, 20 + ((round * 0.618) % 1) * DELAY_MAX_MS));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await uploading;
    provider = await start(port);
    for (const [batchId, root] of acknowledged.fragments) {
      const { bytes } = await requestBytes(fragmentUrl(provider.url, agreement.id, batchId, 0), { maxBytes: 1 << 21 });
      expect(rootOf(bytes)).toBe(root);
    }
    for (const root of acknowledged.bundles) {
      await requestJson(`${provider.url}/agreements/${agreement.id}/bundles/0?root=${root}`, { schema: BundleDescription });
    }
    for (const name of await readdir(join(home, 'incoming'))) expect(name).toMatch(/\.part(\.mark)?$/);
  }
  expect(acknowledged.fragments.size).toBeGreaterThan(KILLS);
  expect(acknowledged.bundles.length).toBeGreaterThanOrEqual(KILLS / 2);
  // What was cut can be sent again.
  const bundle = makeBundle(agreement, 1, 'after');
  const { batchId, fragmentRoots } = bundle.batches[0]!;
  const headers = { authorization: agreement.header, 'x-holdfast-root': fragmentRoots[0]! };
  expect(await putBytes(fragmentUrl(provider.url, agreement.id, batchId, 0), { body: bundle.fragments[0]![0]!, headers, schema: FragmentStored })).toEqual({ root: fragmentRoots[0] });
}, 60_000 + KILLS * 10_000);
