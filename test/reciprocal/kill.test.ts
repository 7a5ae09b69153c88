/** SIGKILL at any moment of `holdfast reciprocal start`, again and again: it goes on, opens nothing twice, and every byte is there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bytesToHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreementsOf } from '../../offchain/chain/agreements-of.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { DEVNET_SCRYPT_N, createKeystore } from '../../offchain/chain/keystore.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { toJson } from '../../offchain/wire/json.ts';
import { MAIN, runCli } from '../cli/run-cli.ts';
import { snapshot } from '../client/tree.ts';
import { addressOf } from '../support/holdfast.ts';
import { type Member, type ReciprocalWorld, configOf, startReciprocalWorld, writeFolder } from './world.ts';

/** Behind which line of its log the process is killed, and how much later. HOLDFAST_KILLS=3 adds rounds of all of them at later moments. */
const FIRST = ['offer.signed', 'place.opened', 'receipt.signed'];
const EVENTS = ['own-copy.kept', ...FIRST, 'folder.stored'];
const ROUNDS = Number(process.env['HOLDFAST_KILLS'] ?? 1);
const LATER_MS = 40;
/** Where an earlier run came further than it lived to say, this event may never come. */
const LONGEST_MS = 8_000;
const ENV = { HOLDFAST_PASSWORD: 'a reciprocal secret' };

let world: ReciprocalWorld;
let mate: Member;
let child: ChildProcess | undefined;
let chain: Member['chain'];
let home: string;
let folder: string;

beforeAll(async () => {
  world = await startReciprocalWorld();
  mate = await world.join();
  const { index, chain: own } = await world.network.account();
  chain = own;
  home = join(world.folder, 'killed');
  folder = await writeFolder(join(world.folder, 'photos'), 'killed');
  await mkdir(home);
  await createKeystore(join(home, 'keystore.json'), ENV.HOLDFAST_PASSWORD, bytesToHex(devAccount(index, DEV_CHAIN_ID).getHdKey().privateKey!), { scryptN: DEVNET_SCRYPT_N });
  await writeFile(join(home, 'deployment.json'), formatDeployment(world.network.deployment));
  const { folders: _folders, diskBytes: _disk, ...reciprocal } = configOf(folder);
  await writeFile(join(home, 'config.json'), toJson({ network: { rpc: [world.network.rpcUrl] }, reciprocal }));
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await world?.stop();
});

function start(): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } {
  const args = [MAIN, 'reciprocal', 'start', '--home', home, '--folder', folder, '--disk', '64MiB', '--give', '50%'];
  return (child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...ENV } })) as ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> };
}

/** Runs the node until this event, or until it is done; then ends it `laterMs` later. */
async function runUntil(event: string, laterMs: number): Promise<void> {
  const running = start();
  const timer = setTimeout(() => running.kill('SIGKILL'), LONGEST_MS);
  const ended = once(running, 'exit');
  for await (const line of createInterface({ input: running.stdout })) {
    if ([event, 'folder.stored'].includes((JSON.parse(line) as { event: string }).event)) break;
  }
  clearTimeout(timer);
  await new Promise((resolve) => setTimeout(resolve, laterMs));
  running.kill('SIGKILL');
  await ended;
}

async function holdfast(...args: string[]): Promise<Record<string, never>> {
  const { code, stdout, stderr } = await runCli(['reciprocal', ...args, '--home', home, '--json'], { env: ENV });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, never>;
}

describe('holdfast reciprocal', () => {
  it('says what to begin with', async () => {
    // 32 MiB at 0.001 tokens a GiB and epoch, 24 epochs of stake, and three periods of four epochs ahead.
    expect(await holdfast('plan', '--disk', '64MiB')).toMatchObject({ stake: '750000000000000', float: '375000000000000' });
  });

  it('goes on wherever it was killed, pays nothing twice, and has every byte', async () => {
    for (let round = 0; round < ROUNDS; round++) for (const event of round === 0 ? FIRST : EVENTS) await runUntil(event, round * LATER_MS);
    const running = start();
    running.stdout.resume();
    let status = await holdfast('status');
    for (let looks = 0; looks < 20 && status['state'] !== 'placed'; looks++) status = await holdfast('status');
    expect(status).toMatchObject({
      state: 'placed', problems: {}, gives: { bytes: String(32n << 20n) },
      objects: [{ name: 'photos', folder, scheme: '1+1', files: 3, copiesElsewhere: 1, copies: expect.arrayContaining([expect.objectContaining({ provider: mate.node.id, isOwn: false })]) }],
    });
    // Not one agreement was opened and forgotten: what is paid is used.
    const opened = await agreementsOf(chain, addressOf(chain));
    expect(opened).toHaveLength(1);
    expect((await readAgreement(chain, opened[0]!)).slots.map(({ provider }) => provider)).toContain(mate.node.id);
    const into = join(world.folder, 'again');
    expect(await holdfast('restore', 'photos', into)).toMatchObject({ from: 'network', failed: [] });
    expect(await snapshot(into)).toEqual(await snapshot(folder));
    running.kill('SIGTERM');
    expect(await once(running, 'exit')).toEqual([0, null]);
  }, 120_000);
});
