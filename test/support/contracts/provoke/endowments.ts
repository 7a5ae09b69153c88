import { zeroAddress } from 'viem';
import type { OpenedAgreement } from '../agreements.ts';
import type { Contract } from '../evm.ts';
import { signExtension } from '../extensions.ts';
import { poke } from '../proofs.ts';
import { goToEpoch, TOKEN, type World } from '../world.ts';
import { equip, market, openSmall, provider, refusal, RENT, stranger, type Act, type Provocation, type Provocations } from './provocation.ts';

const PERIOD = 6;
const PER_PERIOD = 4n * RENT * BigInt(PERIOD);
const SHORT = { epochsPerPeriod: PERIOD };

interface Stage {
  readonly agreement: OpenedAgreement;
  readonly endowment: Contract;
  send(name: string, args: readonly unknown[]): Promise<unknown>;
  /** Refused when it asks for more than nothing. */
  release(): Promise<() => Promise<unknown>>;
}

/** An agreement until period 3, and nobody who endows it yet; nobody proves. */
function staged(act: (world: World, stage: Stage) => ReturnType<Act>): Provocation {
  return {
    options: SHORT,
    act: async (world) => {
      const agreement = await openSmall(world, { periods: 3 });
      await market(world, 'lock', [agreement.id]);
      const endowment = await world.evm.deploy('Endowment', [world.market.address]);
      await equip(world, stranger.address, endowment);
      const send = (name: string, args: readonly unknown[]) => world.evm.send(stranger.address, endowment, name, args);
      const release = async () => {
        const consents = await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [0, 1, 2, 3] });
        return () => send('release', [1n, consents]);
      };
      return act(world, { agreement, endowment, send, release });
    },
  };
}

const found = ({ agreement, send }: Stage, maxPerPeriod = PER_PERIOD, minProvenBps = 0) => send('found', [agreement.id, zeroAddress, maxPerPeriod, minProvenBps, 0, TOKEN]);

/** Endowment and Rewards */
export const endowments: Provocations = {
  NoFund: staged(async (_world, stage) => refusal([1n], () => stage.send('endow', [1n, 1n]))),
  NotLocked: staged(async (world, stage) => {
    const other = await openSmall(world, { periods: 3 });
    return refusal([other.id], () => stage.send('found', [other.id, zeroAddress, 1n, 0, 0, 1n]));
  }),
  FundShort: staged(async (world, stage) => {
    await stage.send('found', [stage.agreement.id, zeroAddress, PER_PERIOD, 0, 0, 1n]);
    await goToEpoch(world, PERIOD);
    return refusal([1n, 1n, PER_PERIOD], await stage.release());
  }),
  NotItself: staged(async (_world, stage) => refusal([stranger.address], () => stage.send('pull', [zeroAddress, 1n]))),
  BadShare: staged(async (_world, stage) => refusal([10_001n], () => found(stage, 1n, 10_001))),
  BadVault: staged(async (world, { agreement, send }) => {
    const foreign = await world.evm.deploy('Token', [stranger.address, 1n]);
    const vault = await world.evm.deploy('Vault', [foreign.address]);
    return refusal([foreign.address, world.token.address], () => send('found', [agreement.id, vault.address, 1n, 0, 0, 1n]));
  }),
  PriceAboveBound: staged(async (world, stage) => {
    await found(stage, PER_PERIOD - 1n);
    await goToEpoch(world, PERIOD);
    return refusal([PER_PERIOD, PER_PERIOD - 1n], await stage.release());
  }),
  /** One of four slots proves one of six epochs. */
  ProvenTooLittle: staged(async (world, stage) => {
    await found(stage, PER_PERIOD, 9_000);
    await goToEpoch(world, 1);
    await poke(world);
    await world.evm.send(stranger.address, world.market, 'prove', [provider(world).id, '0x']);
    await goToEpoch(world, PERIOD);
    return refusal([416n, 9_000n], await stage.release());
  }),
  AlreadyPaid: staged(async (world, stage) => {
    await found(stage);
    await goToEpoch(world, PERIOD);
    await (await stage.release())();
    return refusal([1n, 1], await stage.release());
  }),
  NotFounder: staged(async (world, stage) => {
    await found(stage);
    return refusal([1n, world.creator.address, stranger.address], () => world.evm.send(world.creator.address, stage.endowment, 'reclaim', [1n]));
  }),
  StillRunning: staged(async (_world, stage) => {
    await found(stage);
    return refusal([stage.agreement.id, 3, 0], () => stage.send('reclaim', [1n]));
  }),
  NothingToClaim: async (world) => {
    const rewards = await world.evm.deploy('Rewards', [world.market.address, 1n]);
    return refusal([provider(world).id], () => world.evm.send(stranger.address, rewards, 'claim', [provider(world).id]));
  },
  CapReached: {
    options: SHORT,
    act: async (world) => {
      await openSmall(world);
      const { id, parent } = provider(world);
      const rewards = await world.evm.deploy('Rewards', [world.market.address, 5n]);
      await goToEpoch(world, 1);
      await poke(world);
      await world.evm.send(stranger.address, world.market, 'prove', [id, '0x']);
      await goToEpoch(world, 2);
      await world.evm.send(stranger.address, world.market, 'settle', [id, world.heavies[0]!.id, parent]);
      return refusal([0, 5n], () => world.evm.send(stranger.address, rewards, 'claim', [id]));
    },
  },
};
