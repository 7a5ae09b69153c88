/** Reciprocal nodes on a real chain with a real heavy node, for tests: each with a wallet, a folder and a disk of its own. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { periodOf } from '../../offchain/chain/epoch.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import type { AgreementState } from '../../offchain/chain/read-agreement.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { createClient } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { syncChain } from '../../offchain/provider/sync-chain.ts';
import type { ReciprocalConfigInput } from '../../offchain/reciprocal/config.ts';
import { type RunningReciprocal, startReciprocal } from '../../offchain/reciprocal/service.ts';
import { type State, loadState } from '../../offchain/reciprocal/state.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { noise, snapshot, writeTree } from '../client/tree.ts';
import { type Network, startNetwork, until } from '../heavy/support.ts';

export const EPOCH_SECONDS = 100;
export const EPOCHS_PER_PERIOD = 4;
const MIB = 2n ** 20n;

/** One node: its folder is always of the same size, so that all take the same. */
export interface Member {
  readonly node: RunningReciprocal;
  readonly index: number;
  readonly home: string;
  readonly folder: string;
  readonly chain: Chain;
  state(): Promise<State>;
  /** The only agreement that it keeps now. */
  place(): Promise<AgreementState>;
  stop(): Promise<void>;
}

export interface ReciprocalWorld {
  readonly network: Network;
  readonly folder: string;
  readonly heavy: Awaited<ReturnType<Network['heavy']>>;
  join(changes?: Partial<ReciprocalConfigInput>, at?: { index: number; home: string; folder: string }): Promise<Member>;
  /** What a new machine with this wallet alone gets back, as `snapshot` tells it. */
  restored(member: Member): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startReciprocalWorld(parameters: Parameters<typeof startNetwork>[0] = {}): Promise<ReciprocalWorld> {
  const network = await startNetwork({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD, ...parameters });
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-reciprocal-'));
  const heavy = await network.heavy({ p2p: { enabled: false } });
  const members = new Set<Member>();
  const log = createLogger({ name: 'reciprocal', write: (line) => void network.lines.push(JSON.parse(line)) });

  const join_ = async (changes: Partial<ReciprocalConfigInput>, at: { index: number; home: string; folder: string }): Promise<Member> => {
    const config = configOf(at.folder, changes);
    const chain = await network.as(at.index);
    const node = await startReciprocal({ config, home: at.home, rpcUrls: [network.rpcUrl], deployment: network.deployment, account: devAccount(at.index, DEV_CHAIN_ID), policy: { graceMs: 500 }, log });
    let stopping: Promise<void> | undefined;
    const member: Member = {
      ...at, node, chain,
      state: () => loadState(node.client.store),
      async place() {
        const { agreements } = await loadState(node.client.store);
        if (agreements.length !== 1) throw new Error(`${agreements.length} agreements`);
        return readAgreement(chain, agreements[0] as number);
      },
      stop: () => (stopping ??= node.stop()),
    };
    members.add(member);
    return member;
  };

  return {
    network, folder, heavy,
    async join(changes = {}, at) {
      if (at !== undefined) return join_(changes, at);
      const { index } = await network.account();
      const home = join(folder, `home-${index}`);
      return join_(changes, { index, home, folder: await writeFolder(join(folder, `folder-${index}`), String(index)) });
    },
    async restored({ index }) {
      const into = join(folder, randomUUID());
      const client = await createClient({ chain: await network.as(index), home: join(folder, randomUUID()), policy: { lateUnmeasuredMs: 500 } });
      try {
        const { failed } = await get(client, { name: `folder-${index}`, into });
        if (failed.length > 0) throw failed[0]?.error;
        return await snapshot(into);
      } finally {
        await client.close();
      }
    },
    async stop() {
      await Promise.all([...members].map((member) => member.stop()));
      await network.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function configOf(folder: string, changes: Partial<ReciprocalConfigInput> = {}): ReciprocalConfigInput {
  return { folders: [folder], diskBytes: 64n * MIB, periodsAhead: 2, batchLog2: 17, scanSeconds: 0.3, provider: { p2p: { enabled: false }, tickMs: 50 }, ...changes };
}

/** 400 KB that do not compress, the same number of bytes for every seed. */
export function writeFolder(folder: string, seed: string): Promise<string> {
  return writeTree(folder, { 'letter.txt': 'Dear Ada,\n', 'photos/one.bin': noise(`one ${seed}`, 300_000), 'photos/two.bin': noise(`two ${seed}`, 100_000) });
}

/** Goes on by `epochs`; in each, every provider of these members proves, and releases what ends with it. */
export async function proveEpochs(world: ReciprocalWorld, members: readonly Member[], epochs: number): Promise<void> {
  const [{ chain }] = members as [Member];
  for (let i = 0; i < epochs; i++) {
    const closed = (await Promise.all(members.map((member) => member.state()))).flatMap((state) => state.closed);
    // Providers look at the chain every fifth of an epoch; here epochs go by faster than that.
    if (closed.length > 0) await Promise.all(members.map(({ node }) => syncChain(node.provider()!.provider)));
    const endPeriod = periodOf(chain.clock, (await currentEpoch(chain)) + 1);
    await until('all proofs of an epoch', async () => {
      const places = await Promise.all(members.map((member) => member.place().catch(() => undefined)));
      const ending = (await Promise.all(closed.map((id) => readAgreement(chain, id)))).filter((one) => one.endPeriod <= endPeriod);
      const isProven = places.every((place) => place?.slots.every(({ provedThisEpoch }) => provedThisEpoch) === true);
      return isProven && ending.every(({ slots }) => slots.every(({ provider }) => provider === 0)) ? true : undefined;
    });
    await world.network.advance(EPOCH_SECONDS);
  }
}
