// usage: node scripts/bench/repair.ts [--json] [--size 1GiB] [--batch 16MiB] [--dead 6]   (from the death of providers to full health, epochs of 10 s)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createChain } from '../../offchain/chain/client.ts';
import { PRODUCTION } from '../../offchain/chain/devnet-parameters.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { parseSize } from '../../offchain/cli/units.ts';
import { cpuSince } from './cpu-times.ts';
import { startNetwork } from './network.ts';
import { writeRandomFile } from './samples.ts';

const SCHEME = { k: 10, m: 6 };
const PROVIDERS = 24;
const EPOCH_SECONDS = 10;
const FAULT_RUN = 3;
const AGREEMENT = 1;
const LOOK_MS = 500;
const PATIENCE_MS = 900_000;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, size: { type: 'string', default: '1GiB' }, batch: { type: 'string', default: '16MiB' }, dead: { type: 'string', default: '6' } } });
const sizeBytes = Number(parseSize(values.size));
const batchLog2 = Math.log2(Number(parseSize(values.batch)));
const dead = Number(values.dead);
const folder = await mkdtemp(join(tmpdir(), 'holdfast-repair-'));
const parameters = { ...PRODUCTION, epochSeconds: EPOCH_SECONDS, healthBps: 0, standard: { ...PRODUCTION.standard, faultRun: FAULT_RUN } };
const network = await startNetwork({ folder: join(folder, 'network'), providers: PROVIDERS, hosts: 2, scheme: SCHEME, parameters });
try {
  const providers = await network.rent({ spaceBytes: 1.2 * sizeBytes, batchLog2 });
  const path = await writeRandomFile(join(folder, 'random.bin'), { seed: 'repair', sizeBytes });
  await network.run({ home: 'creator', name: 'all', path });
  const chain = await createChain({ rpcUrls: [network.rpcUrl], deployment: network.deployment, pollMs: 50 });
  const lost = providers.slice(0, dead);
  // Two whole epochs, so that everybody has proven.
  await sleep(2 * EPOCH_SECONDS * 1_000);
  const cpuBefore = await network.cpuTimes();
  const diedMs = performance.now();
  await network.end(lost);
  let faultedMs: number | undefined;
  let healthyMs: number | undefined;
  while (healthyMs === undefined && performance.now() - diedMs < PATIENCE_MS) {
    await sleep(LOOK_MS);
    const { slots } = await readAgreement(chain, AGREEMENT);
    const waiting = slots.filter(({ provider, faulted }) => lost.includes(provider) && !faulted).length;
    if (waiting === 0) faultedMs ??= performance.now();
    if (slots.every(({ provider, faulted }) => provider !== 0 && !faulted && !lost.includes(provider))) healthyMs = performance.now();
  }
  if (healthyMs === undefined) throw new Error(`${dead} slots were not replaced within ${PATIENCE_MS / 1_000} s.`);
  const seconds = (from: number, to: number): number => Math.round((to - from) / 100) / 10;
  const result = {
    name: 'repair', sizeBytes, dead, epochSeconds: EPOCH_SECONDS, faultRun: FAULT_RUN,
    secondsToHealth: seconds(diedMs, healthyMs), secondsOfFaultWindow: seconds(diedMs, faultedMs ?? healthyMs), secondsOfRepair: seconds(faultedMs ?? diedMs, healthyMs),
    cpuSeconds: Math.round(cpuSince(cpuBefore, await network.cpuTimes()).cpuSeconds * 10) / 10,
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${dead} of ${SCHEME.k + SCHEME.m} providers dead: full health after ${result.secondsToHealth} s, of which ${result.secondsOfRepair} s after the last one was faulted\n`);
} finally {
  await network.stop();
  await rm(folder, { recursive: true, force: true });
}
