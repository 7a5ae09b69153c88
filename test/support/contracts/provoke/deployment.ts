import { getContractAddress, type Address, type Hex } from 'viem';
import { START } from '../evm.ts';
import { LIBRARIES, parametersOf, type World } from '../world.ts';
import { refusal, type Provocations } from './provocation.ts';

async function deployLibraries(world: World): Promise<Record<string, Hex>> {
  const libraries: Record<string, Hex> = {};
  for (const name of LIBRARIES) libraries[name] = (await world.evm.deploy(name)).address;
  return libraries;
}

/** Where the next contract would lie. */
async function nextAddress({ evm }: World): Promise<Address> {
  const [from] = await evm.request<Address[]>('eth_accounts', []);
  return getContractAddress({ from: from!, nonce: BigInt(await evm.request<Hex>('eth_getTransactionCount', [from, 'latest'])) });
}

export const deployment: Provocations = {
  BadClock: async (world) =>
    refusal([0, 84], () => world.evm.deploy('Registry', [world.token.address, world.market.address, { genesis: START, epochSeconds: 0, epochsPerPeriod: 84 }, 1, 1])),
  ShareAboveOne: async (world) => refusal([10n ** 18n + 1n, 10n ** 18n], () => world.evm.read(world.lens, 'odds', [10n ** 18n + 1n, 5n])),
  TooManySamples: async (world) => refusal([257n, 256n], () => world.evm.read(world.lens, 'odds', [1n, 257n])),
  /** A second market for a registry that knows the first. */
  WrongRegistry: async (world) => {
    const libraries = await deployLibraries(world);
    const args = [world.token.address, world.registry.address, parametersOf(world.parameters), world.manager.address];
    return refusal([world.market.address, await nextAddress(world)], () => world.evm.deploy('Market', args, libraries));
  },
};
