/** Puts the deployment's addresses and constants in the places where the manifest names them. */
import { createHash } from 'node:crypto';
import { decodeAbiParameters, toFunctionSelector } from 'viem';
import type { Address, Hex } from 'viem';
import type { Chain } from '../chain/types.ts';
import { toJson } from '../wire/json.ts';
import { BadSubgraphError, HostUnavailableError } from './errors.ts';
import type { BoundSource } from './host/session.ts';
import type { ContextData, ContextValue, DataSource, Subgraph } from './manifest.ts';

/** Data sources of contracts that the deployment lacks are left out. */
export async function bindSources(chain: Chain, { manifest, abis }: Subgraph): Promise<BoundSource[]> {
  const bound: BoundSource[] = [];
  for (const source of manifest.dataSources) {
    const address = addressOf(chain, source);
    if (address === undefined) continue;
    const { name, startBlock = Number(chain.deployment.fromBlock), wasm, abi, eventHandlers } = source;
    const own = Object.fromEntries(Object.entries(source.abis).map(([key, path]) => [key, abis.get(path) ?? []]));
    bound.push({ name, address: address.toLowerCase() as Address, startBlock, wasm, abi: own[abi] ?? [], abis: own, eventHandlers, context: await resolveContext(chain, source.context) });
  }
  if (bound.length === 0) throw new BadSubgraphError('The deployment has none of the contracts that the subgraph follows.');
  return bound;
}

/** Changes whenever the rows would: another code, schema, chain, contract, or place to begin. */
export function deploymentId(chain: Chain, { manifest, schema, wasm }: Subgraph, sources: readonly BoundSource[]): string {
  const hash = createHash('sha256');
  const facts = sources.map(({ name, address, startBlock, eventHandlers, context }) => ({ name, address, startBlock, eventHandlers, context }));
  hash.update(toJson({ version: 1, chainId: chain.deployment.chainId, network: manifest.network, facts, schema }));
  for (const [path, bytes] of wasm) hash.update(path).update(bytes);
  return `holdfast-${hash.digest('hex').slice(0, 40)}`;
}

function addressOf(chain: Chain, { name, contract, address }: DataSource): Address | undefined {
  if (address !== undefined) return address;
  if (contract === undefined) throw new BadSubgraphError(`Data source ${name} names neither a contract of the deployment nor an address.`);
  return contractAddress(chain, contract);
}

function contractAddress(chain: Chain, key: string): Address | undefined {
  const value = (chain.deployment as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? (value as Address) : undefined;
}

async function resolveContext(chain: Chain, context: Readonly<Record<string, ContextValue>>): Promise<Record<string, ContextData>> {
  const resolved: Record<string, ContextData> = {};
  for (const [key, value] of Object.entries(context)) {
    if ('data' in value) {
      resolved[key] = value;
      continue;
    }
    const contract = 'deployment' in value ? value.deployment : (value.view.split('.')[0] as string);
    const address = contractAddress(chain, contract);
    if (address === undefined) continue;
    const data = 'deployment' in value ? address.toLowerCase() : await readConstant(chain, address, value.view.split('.')[1] as string, value.type === 'Bytes');
    resolved[key] = { type: value.type, data };
  }
  return resolved;
}

/** A view without arguments that answers with one word. */
async function readConstant(chain: Chain, to: Address, view: string, isBytes: boolean): Promise<string> {
  const answer = await chain.ask(`the constant ${view}`, (client) => client.call({ to, data: toFunctionSelector(`function ${view}`) }));
  const { data } = answer;
  if (data === undefined && (await hasNoCode(chain, to))) throw new HostUnavailableError(`The chain has no contract at ${to} yet.`);
  if (data === undefined || data.length !== 66) throw new BadSubgraphError(`The contract ${to} has no constant ${view}.`);
  return isBytes ? (data as Hex) : decodeAbiParameters([{ type: 'uint256' }], data)[0].toString();
}

/** Whoever answers may not have come as far as the deployment: that passes. */
async function hasNoCode(chain: Chain, address: Address): Promise<boolean> {
  return (await chain.ask('the code of a contract', (client) => client.getCode({ address }))) === undefined;
}
