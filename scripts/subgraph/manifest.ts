import type { Deployment } from '../../offchain/chain/deployment.ts';
import { handledEventsOf, handlerOf, signatureOf, SOURCES } from './events.ts';

/** graph-node's newest features that graph-cli 0.98 knows; the embedded indexer reads the same. */
const SPEC_VERSION = '1.3.0';
const API_VERSION = '0.0.9';

/** What mappings ask of the manifest instead of the chain: views of the registry without arguments. */
export const CONSTANTS = ['genesis', 'epochSeconds', 'epochsPerPeriod', 'stakeEpochs', 'withdrawalEpochs'] as const;
export const ADDRESSES = ['token', 'registry', 'market'] as const;

export type Constants = Readonly<Record<(typeof CONSTANTS)[number], bigint>>;

/** Where The Graph finds one Holdfast: its network's name there, addresses, first block, constants. */
export interface Place {
  readonly network: string;
  readonly deployment: Deployment;
  readonly constants: Constants;
}

/** subgraph.yaml as JSON, which YAML contains. Without a place it can be compiled, not deployed: addresses are zero. */
export function graphManifest(place?: Place): unknown {
  const sources = SOURCES.filter(({ key }) => place === undefined || place.deployment[key] !== undefined);
  return {
    specVersion: SPEC_VERSION,
    description: 'Holdfast: agreements, slots, proofs, money, day by day.',
    schema: { file: './schema.graphql' },
    dataSources: sources.map((source) => ({
      kind: 'ethereum',
      name: source.name,
      network: place?.network ?? 'holdfast',
      ...(place === undefined ? {} : { context: contextOf(place) }),
      source: {
        abi: source.name,
        address: place === undefined ? `0x${'0'.repeat(40)}` : String(place.deployment[source.key]).toLowerCase(),
        startBlock: place === undefined ? 0 : Number(place.deployment.fromBlock),
      },
      mapping: {
        kind: 'ethereum/events',
        apiVersion: API_VERSION,
        language: 'wasm/assemblyscript',
        file: './src/main.ts',
        entities: ['Network'],
        abis: [{ name: source.name, file: `./abis/${source.name}.json` }],
        eventHandlers: handlersOf(source),
      },
    })),
  };
}

/** What the embedded indexer reads: addresses and constants come from the deployment that it follows. */
export function indexerManifest(): unknown {
  const context = {
    ...Object.fromEntries(CONSTANTS.map((name) => [name, { type: 'BigInt', view: `registry.${name}()` }])),
    ...Object.fromEntries(ADDRESSES.map((name) => [name, { type: 'Bytes', deployment: name }])),
  };
  return {
    specVersion: SPEC_VERSION,
    apiVersion: API_VERSION,
    schema: 'schema.graphql',
    network: 'holdfast',
    dataSources: SOURCES.map((source) => ({
      name: source.name,
      contract: source.key,
      wasm: 'main.wasm',
      abi: source.name,
      abis: { [source.name]: `abis/${source.name}.json` },
      eventHandlers: handlersOf(source),
      context,
    })),
    templates: [],
  };
}

function handlersOf(source: (typeof SOURCES)[number]): { event: string; handler: string }[] {
  return handledEventsOf(source).map((event) => ({ event: signatureOf(event), handler: handlerOf(source, event) }));
}

function contextOf({ deployment, constants }: Place): Record<string, { type: string; data: string }> {
  return {
    ...Object.fromEntries(CONSTANTS.map((name) => [name, { type: 'BigInt', data: constants[name].toString() }])),
    ...Object.fromEntries(ADDRESSES.map((name) => [name, { type: 'Bytes', data: deployment[name].toLowerCase() }])),
  };
}
