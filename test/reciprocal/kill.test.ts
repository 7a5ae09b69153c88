/** SIGKILL at any moment of a node's life, again and again: it goes on, opens nothing twice, and what was kept is still there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agreementsOf } from '../../offchain/chain/agreements-of.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { toJson } from '../../offchain/wire/json.ts';
import { snapshot } from '../client/tree.ts';
import { until } from '../heavy/support.ts';
import type { ChildOrder } from './node-child.ts';
import { type Member, type ReciprocalWorld, configOf, startReciprocalWorld, writeFolder } from './world.ts';

/** Behind which line of its log the process is killed, and how much later. HOLDFAST_KILLS=3 adds two rounds of later moments. */
const EVENTS = ['own-copy.kept', 'offer.signed', 'place.opened', 'receipt.signed', 'folder.stored'];
const ROUNDS = Number(process.env['HOLDFAST_KILLS'] ?? 1);
const LATER_MS = 40;

let world: ReciprocalWorld;
let mate: Member;
let child: ChildProcess | undefined;
let order: ChildOrder;
let index: number;

beforeAll(async () => {
  world = await startReciprocalWorld();
  mate = await world.join();
  ({ index } = await world.network.account());
  const folder = await writeFolder(join(world.folder, `folder-${index}`), 'killed');
  order = { config: configOf(folder), home: join(world.folder, 'killed'), rpcUrl: world.network.rpcUrl, deployment: formatDeployment(world.network.deployment), account: index };
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await world?.stop();
});

/** Where an earlier run came further than it lived to say, this event may never come. */
const LONGEST_MS = 6_000;

/** Runs the node until this event, or until it is done; then ends it `laterMs` later. */
async function runUntil(event: string, laterMs: number): Promise<void> {
  const running = spawn(process.execPath, [join(import.meta.dirname, 'node-child.ts'), toJson(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = running;
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

it('goes on wherever it was killed', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    for (const event of EVENTS.slice(round === 0 ? 0 : 1, round === 0 ? undefined : 2)) await runUntil(event, round * LATER_MS);
  }
  const member = await world.join({}, { index, home: order.home, folder: order.config.folders[0]! });
  const state = await until('the folder in its place', async () => {
    const now = await member.state();
    return now.folders[`folder-${index}`]?.agreement === now.agreements[0] && now.agreements.length === 1 ? now : undefined;
  });
  // Not one agreement was opened and forgotten: what is paid is known.
  const opened = await agreementsOf(member.chain, member.node.client.creator);
  expect([...state.agreements, ...state.closed].sort()).toEqual(opened.sort());
  expect(opened).toHaveLength(1);
  const place = await readAgreement(member.chain, state.agreements[0]!);
  expect(place.slots.map(({ provider }) => provider).sort()).toEqual([mate.node.id, member.node.id].sort());
  expect(await world.restored(member)).toEqual(await snapshot(member.folder));
}, 90_000);
