import { getContractAddress, maxUint256, type Address, type TypedDataDomain } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { lensAbi, managerAbi, marketAbi, registryAbi } from '../../../offchain/chain/generated/abi.ts';
import { holdfastDomain } from '../../../offchain/wire/typed-data.ts';
import { accountOf, createEvm, eventOf, START, type Contract, type Evm } from './evm.ts';
import type { BundleTree } from './bundle-tree.ts';

export const TIER = { standard: 1, archival: 2, edge: 3, heavy: 4 } as const;
export const TOKEN = 10n ** 18n;
export const MILLI = 10n ** 15n;

/** The rules of all tiers at once; `parametersOf` gives the shape that the market takes. */
export interface Parameters {
  readonly missAllowance: number;
  readonly penaltyEpochs: number;
  readonly faultRun: number;
  readonly slashEpochs: number;
  readonly answerEpochs: number;
  readonly bondUnits: number;
  readonly ackEpochs: number;
  readonly graceEpochs: number;
  /** 0: the network never falls into repair-only mode. */
  readonly healthBps: number;
  readonly healthEpochs: number;
}

export type TierOverrides = Partial<Record<'archival' | 'edge', Partial<Parameters>>>;

/** Parameters as `setParameters` takes them. */
export function parametersOf(flat: Parameters, tiers: TierOverrides = {}) {
  const { bondUnits, ackEpochs, graceEpochs, healthBps, healthEpochs } = flat;
  const rulesOf = ({ missAllowance, penaltyEpochs, faultRun, slashEpochs, answerEpochs }: Parameters) => ({ missAllowance, penaltyEpochs, faultRun, slashEpochs, answerEpochs });
  const [standard, archival, edge] = [flat, { ...flat, ...tiers.archival }, { ...flat, ...tiers.edge }].map(rulesOf);
  return { standard, archival, edge, bondUnits, ackEpochs, graceEpochs, healthBps, healthEpochs };
}

export interface WorldOptions {
  readonly providers?: number;
  readonly heavies?: number;
  readonly epochSeconds?: number;
  readonly epochsPerPeriod?: number;
  readonly stakeEpochs?: number;
  readonly withdrawalEpochs?: number;
  readonly parameters?: Partial<Parameters>;
  /** What differs for archival and edge providers. */
  readonly tiers?: TierOverrides;
  /** Of all providers; `standard` by default. */
  readonly tier?: number;
  /** Stake of each provider, token units. */
  readonly stake?: bigint;
  /** Name of the token contract: `Token` or a hostile one of test/contracts/harness. */
  readonly token?: string;
}

/** A registered node. Its operator signs, its payout address is paid. */
export interface NodeActor {
  readonly id: number;
  readonly operator: PrivateKeyAccount;
  readonly payout: Address;
  readonly region: number;
  readonly parent: number;
}

export interface World {
  readonly evm: Evm;
  readonly token: Contract;
  readonly registry: Contract;
  readonly market: Contract;
  readonly manager: Contract;
  readonly lens: Contract;
  readonly domain: TypedDataDomain;
  readonly epochSeconds: number;
  readonly epochsPerPeriod: number;
  readonly parameters: Parameters;
  readonly creator: PrivateKeyAccount;
  readonly treasury: PrivateKeyAccount;
  readonly heavies: readonly NodeActor[];
  readonly providers: readonly NodeActor[];
  /** "agreement/bundle" => the tree behind the committed root. */
  readonly trees: Map<string, BundleTree>;
}

/**
 * Token, registry, market and lens on a fresh chain; heavy nodes, staked providers spread over their parents and over regions 1, 2, ...;
 * one creator with tokens who lets the market collect. Epoch 0 has just begun.
 */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const evm = await createEvm();
  const treasury = accountOf('treasury');
  const creator = accountOf('creator');
  const token = await evm.deploy(options.token ?? 'Token', [treasury.address, 10n ** 12n * TOKEN]);
  const epochSeconds = options.epochSeconds ?? 7200;
  const epochsPerPeriod = options.epochsPerPeriod ?? 84;
  const parameters = { missAllowance: 1, penaltyEpochs: 2, faultRun: 3, slashEpochs: 10, answerEpochs: 2, bondUnits: 1_000_000, ackEpochs: 3, graceEpochs: 5, healthBps: 0, healthEpochs: 4, ...options.parameters };
  const stakeEpochs = options.stakeEpochs ?? 20;
  const deployment = await deployCore(evm, token, { epochSeconds, epochsPerPeriod, stakeEpochs, withdrawalEpochs: options.withdrawalEpochs ?? epochsPerPeriod }, parametersOf(parameters, options.tiers));
  const base = { evm, token, ...deployment, domain: holdfastDomain({ chainId: evm.chainId, market: deployment.market.address }), epochSeconds, epochsPerPeriod, parameters, creator, treasury, trees: new Map<string, BundleTree>() };

  await evm.send(treasury.address, token, 'transfer', [creator.address, 10n ** 9n * TOKEN]);
  await evm.send(creator.address, token, 'approve', [deployment.market.address, maxUint256]);
  await evm.send(treasury.address, token, 'approve', [deployment.registry.address, maxUint256]);
  const heavies: NodeActor[] = [];
  for (let i = 0; i < (options.heavies ?? 2); i += 1) heavies.push(await registerNode(base, { label: `heavy ${i}`, tier: TIER.heavy, region: 1, parent: 0 }));
  const providers: NodeActor[] = [];
  for (let i = 0; i < (options.providers ?? 4); i += 1) {
    const parent = heavies[i % heavies.length]!.id;
    const provider = await registerNode(base, { label: `provider ${i}`, tier: options.tier ?? TIER.standard, region: i + 1, parent });
    const stake = options.stake ?? 10n ** 6n * TOKEN;
    if (stake > 0n) await evm.send(treasury.address, deployment.registry, 'addStake', [provider.id, stake]);
    providers.push(provider);
  }
  return { ...base, heavies, providers };
}

export interface CoreClock {
  readonly epochSeconds: number;
  readonly epochsPerPeriod: number;
  readonly stakeEpochs: number;
  readonly withdrawalEpochs: number;
}

/** What the market's bytecode links to. */
export const LIBRARIES = ['Bounds', 'Challenges', 'Endings', 'Faults', 'Proofs', 'Renewals', 'Uploads'] as const;

async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}

/** The registry must know the market before it exists: its address follows from the deployer's nonce. */
async function deployCore(evm: Evm, token: Contract, clock: CoreClock, parameters: ReturnType<typeof parametersOf>) {
  const libraries = Object.fromEntries(await inTurn(LIBRARIES, async (name) => [name, (await evm.deploy(name)).address] as const));
  const [deployer] = await evm.request<Address[]>('eth_accounts', []);
  const manager = await evm.deploy('Manager', [accountOf('treasury').address]);
  const nonce = BigInt(await evm.request<string>('eth_getTransactionCount', [deployer, 'latest']));
  const marketAddress = getContractAddress({ from: deployer!, nonce: nonce + 1n });
  const time = { genesis: START, epochSeconds: clock.epochSeconds, epochsPerPeriod: clock.epochsPerPeriod };
  const registry = await evm.deploy('Registry', [token.address, marketAddress, time, clock.stakeEpochs, clock.withdrawalEpochs]);
  const market = await evm.deploy('Market', [token.address, registry.address, parameters, manager.address], libraries);
  const lens = await evm.deploy('Lens', [market.address, registry.address]);
  return {
    registry: { address: registry.address, abi: registryAbi },
    market: { address: market.address, abi: marketAbi },
    manager: { address: manager.address, abi: managerAbi },
    lens: { address: lens.address, abi: lensAbi },
  } as Record<'registry' | 'market' | 'manager' | 'lens', Contract>;
}

export async function registerNode(
  world: Pick<World, 'evm' | 'registry'>,
  node: { readonly label: string; readonly tier: number; readonly region: number; readonly parent: number },
): Promise<NodeActor> {
  const operator = accountOf(node.label);
  const payout = accountOf(`${node.label} payout`).address;
  const receipt = await world.evm.send(operator.address, world.registry, 'register', [node.tier, node.region, node.parent, payout, `http://${node.label.replace(' ', '-')}`]);
  const { id } = eventOf<{ id: number }>(receipt, world.registry, 'Registered');
  return { id, operator, payout, region: node.region, parent: node.parent };
}

/** Goes to the first second of the epoch, or `offsetSeconds` later. */
export async function goToEpoch(world: Pick<World, 'evm' | 'epochSeconds'>, epoch: number, offsetSeconds = 0): Promise<void> {
  await world.evm.goTo(START + epoch * world.epochSeconds + offsetSeconds);
}

export function currentEpoch(world: World): number {
  return Math.floor((world.evm.now() - START) / world.epochSeconds);
}
