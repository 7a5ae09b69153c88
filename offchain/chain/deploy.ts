import { encodeDeployData, getAbiItem, getAddress, getContractAddress, toFunctionSelector } from 'viem';
import type { Abi, Account, Address, Chain, Hex, PublicClient, Transport, WalletClient } from 'viem';
import { ChainError } from './chain-errors.ts';
import type { Deployment } from './deployment.ts';
import type { NetworkParameters } from './devnet-parameters.ts';
import { channelsAbi, commonsAbi, endowmentAbi, lensAbi, managerAbi, marketAbi, registryAbi, rewardsAbi, saleAbi, tokenAbi } from './generated/abi.ts';
import { bytecodes } from './generated/bytecode.ts';
import { linkBytecode } from './link.ts';
import type { Code } from './link.ts';
import { translateError } from './translate-error.ts';

export interface DeployOptions {
  readonly walletClient: WalletClient<Transport, Chain | undefined, Account>;
  readonly publicClient: PublicClient;
  /** `genesis` in Unix seconds; absent: the newest block's time. */
  readonly clock: Pick<NetworkParameters, 'epochSeconds' | 'epochsPerPeriod'> & { readonly genesis?: number };
  readonly stakeEpochs: number;
  readonly withdrawalEpochs: number;
  readonly parameters: Omit<NetworkParameters, 'epochSeconds' | 'epochsPerPeriod' | 'stakeEpochs' | 'withdrawalEpochs'>;
  /** Token units for one unit of coin. */
  readonly saleRate: bigint;
  /** Token units in all; the deployer gets what the sale does not. */
  readonly supply: bigint;
  /** Token units for the sale; absent: half. */
  readonly saleSupply?: bigint;
  /** Takes the sale's coin; absent: the deployer. */
  readonly treasury?: Address;
  /** How long a payee may still redeem once a channel's payer wants to close; absent: twelve epochs. */
  readonly closingSeconds?: number;
  /** Token units that rewards may hand out in one period; absent: a millionth of the supply. */
  readonly rewardCap?: bigint;
}

/** The manager's roles: who may change the market's parameters, and who may say so. Both act one period after they announced it. */
const PARAMETERS_ROLE = 1n;
const ADMIN_ROLE = 0n;

/** Deploys libraries, token, manager, registry, market, sale, lens, channels, endowment, commons and rewards (whose reserve is whatever is sent to it). Throws our chain errors. */
export async function deployHoldfast(options: DeployOptions): Promise<Deployment> {
  try {
    return await deployAll(options);
  } catch (error) {
    throw translateError(error, 'the deployment', options.walletClient.account.address);
  }
}

async function deployAll(options: DeployOptions): Promise<Deployment> {
  const { publicClient, walletClient, clock, parameters } = options;
  const deployer = walletClient.account.address;
  const block = await publicClient.getBlock({ blockTag: 'latest' });
  const libraries = await deployLibraries(options, bytecodes.Market);
  const create = (abi: Abi, code: Code, args: readonly unknown[]): Promise<Address> =>
    deployCode(options, encodeDeployData({ abi, bytecode: linkBytecode(code, libraries), args }));

  const token = await create(tokenAbi, bytecodes.Token, [deployer, options.supply]);
  const manager = await create(managerAbi, bytecodes.Manager, [deployer]);
  // Registry and market name each other: the market's address follows from the nonce after the registry's.
  const nonce = await publicClient.getTransactionCount({ address: deployer, blockTag: 'pending' });
  const expected = getContractAddress({ from: deployer, nonce: BigInt(nonce) + 1n });
  const fullClock = { ...clock, genesis: BigInt(clock.genesis ?? Number(block.timestamp)) };
  const registry = await create(registryAbi, bytecodes.Registry, [token, expected, fullClock, options.stakeEpochs, options.withdrawalEpochs]);
  const market = await create(marketAbi, bytecodes.Market, [token, registry, parameters, manager]);
  const sale = await create(saleAbi, bytecodes.Sale, [token, options.saleRate, options.treasury ?? deployer]);
  const lens = await create(lensAbi, bytecodes.Lens, [market, registry]);
  const channels = await create(channelsAbi, bytecodes.Channels, [token, registry, BigInt(options.closingSeconds ?? 12 * clock.epochSeconds)]);
  const endowment = await create(endowmentAbi, bytecodes.Endowment, [market]);
  const commons = await create(commonsAbi, bytecodes.Commons, [market]);
  const rewards = await create(rewardsAbi, bytecodes.Rewards, [market, options.rewardCap ?? options.supply / 1_000_000n]);
  await delayParameters(options, manager, market);
  await fundSale(options, token, sale);
  return { chainId: await publicClient.getChainId(), token, sale, registry, market, lens, manager, channels, endowment, commons, rewards, fromBlock: block.number };
}

/** Deploys what `code` links to, dependencies first. */
async function deployLibraries(options: DeployOptions, code: Code, done: Map<string, Address> = new Map()): Promise<Map<string, Address>> {
  const known: Readonly<Record<string, Code>> = bytecodes;
  for (const { library } of code.links) {
    if (done.has(library)) continue;
    const inner = known[library];
    if (inner === undefined) throw new ChainError('UNKNOWN_LIBRARY', `The bytecode of the library ${library} is missing.`, { nextStep: 'Run scripts/build-abi.ts.' });
    await deployLibraries(options, inner, done);
    done.set(library, await deployCode(options, linkBytecode(inner, done)));
  }
  return done;
}

async function deployCode({ walletClient, publicClient }: DeployOptions, data: Hex): Promise<Address> {
  const hash = await walletClient.sendTransaction({ account: walletClient.account, chain: walletClient.chain ?? null, data });
  const receipt = await publicClient.waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success' || receipt.contractAddress === null || receipt.contractAddress === undefined) {
    throw new ChainError('DEPLOYMENT_FAILED', `Deployment transaction ${hash} was reverted.`, { details: { hash } });
  }
  return getAddress(receipt.contractAddress);
}

/** The deployer may change parameters, a whole period after announcing it; and so with who may: without that it could let somebody in at once. */
async function delayParameters(options: DeployOptions, manager: Address, market: Address): Promise<void> {
  const { walletClient, publicClient, clock } = options;
  const selector = toFunctionSelector(getAbiItem({ abi: marketAbi, name: 'setParameters' }));
  const base = { account: walletClient.account, chain: walletClient.chain ?? null, address: manager, abi: managerAbi } as const;
  const delaySeconds = clock.epochSeconds * clock.epochsPerPeriod;
  const hashes = [
    await walletClient.writeContract({ ...base, functionName: 'setTargetFunctionRole', args: [market, [selector], PARAMETERS_ROLE] }),
    await walletClient.writeContract({ ...base, functionName: 'grantRole', args: [PARAMETERS_ROLE, walletClient.account.address, delaySeconds] }),
    await walletClient.writeContract({ ...base, functionName: 'grantRole', args: [ADMIN_ROLE, walletClient.account.address, delaySeconds] }),
  ];
  for (const hash of hashes) await publicClient.waitForTransactionReceipt({ hash });
}

async function fundSale({ walletClient, publicClient, supply, saleSupply }: DeployOptions, token: Address, sale: Address): Promise<void> {
  const hash = await walletClient.writeContract({
    account: walletClient.account,
    chain: walletClient.chain ?? null,
    address: token,
    abi: tokenAbi,
    functionName: 'transfer',
    args: [sale, saleSupply ?? supply / 2n],
  });
  await publicClient.waitForTransactionReceipt({ hash });
}
