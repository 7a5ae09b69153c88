/** What the build of a subgraph leaves for this indexer: `manifest.json`, and the files that it names, relative to it. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Abi } from 'viem';
import { z } from 'zod';
import { address } from '../wire/fields.ts';
import { BadSubgraphError } from './errors.ts';

const Name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/);

const EventHandler = z.strictObject({
  /** As in subgraph.yaml, with `indexed`: `Opened(indexed uint256,address)`. */
  event: z.string().min(3),
  /** Exported by the WebAssembly. */
  handler: Name,
  /** The handler reads `event.receipt`: one more question to the chain for each transaction. */
  receipt: z.boolean().default(false),
});

const contextType = z.enum(['Bool', 'String', 'Int', 'Int8', 'BigDecimal', 'Bytes', 'BigInt']);
const ContextValue = z.union([
  z.strictObject({ type: contextType, data: z.union([z.string(), z.number(), z.boolean()]) }),
  /** `registry.genesis()`: a constant of a contract of the deployment, asked once at the start. */
  z.strictObject({ type: contextType, view: z.string().regex(/^[a-zA-Z]+\.[a-zA-Z0-9_]+\(\)$/) }),
  /** The address of a contract of the deployment. A contract that it lacks leaves the key out, for views too. */
  z.strictObject({ type: contextType, deployment: z.string() }),
]);
export type ContextValue = z.output<typeof ContextValue>;
/** One that is resolved. */
export type ContextData = Extract<ContextValue, { data: unknown }>;

const DataSource = z.strictObject({
  name: Name,
  /** The contract's key in the saved deployment; a contract that the deployment lacks is left out. */
  contract: z.string().optional(),
  /** In place of `contract`. */
  address: address.optional(),
  /** The deployment's block where absent. */
  startBlock: z.number().int().min(0).optional(),
  wasm: z.string().min(1),
  /** The name, in `abis`, of the contract that the events come from. */
  abi: Name,
  /** Everything that the mapping binds. */
  abis: z.record(Name, z.string().min(1)),
  eventHandlers: z.array(EventHandler),
  context: z.record(z.string(), ContextValue).default({}),
});

export const Manifest = z.strictObject({
  specVersion: z.string(),
  apiVersion: z.enum(['0.0.7', '0.0.8', '0.0.9']),
  schema: z.string().min(1),
  network: z.string().default('holdfast'),
  dataSources: z.array(DataSource).min(1).max(64),
  templates: z.array(z.unknown()).max(0, 'this indexer has no data sources that mappings create').default([]),
});
export type Manifest = z.output<typeof Manifest>;
export type DataSource = z.output<typeof DataSource>;

/** A subgraph as its build wrote it, read whole. */
export interface Subgraph {
  readonly manifest: Manifest;
  readonly schema: string;
  /** Code and ABIs by the paths that the manifest names. */
  readonly wasm: ReadonlyMap<string, Uint8Array>;
  readonly abis: ReadonlyMap<string, Abi>;
}

/** @throws BadSubgraphError */
export async function readSubgraph(manifestPath: string): Promise<Subgraph> {
  const folder = dirname(manifestPath);
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
    const { dataSources } = manifest;
    const wasm = new Map<string, Uint8Array>();
    const abis = new Map<string, Abi>();
    for (const path of new Set(dataSources.map((one) => one.wasm))) wasm.set(path, new Uint8Array(await readFile(resolve(folder, path))));
    for (const path of new Set(dataSources.flatMap((one) => Object.values(one.abis)))) abis.set(path, abiOf(JSON.parse(await readFile(resolve(folder, path), 'utf8'))));
    for (const { name, abi, abis: known } of dataSources) if (known[abi] === undefined) throw new Error(`data source ${name} names the ABI ${abi}, which it does not list`);
    return { manifest, schema: await readFile(resolve(folder, manifest.schema), 'utf8'), wasm, abis };
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : cause instanceof Error ? cause.message : String(cause);
    throw new BadSubgraphError(`The built subgraph ${manifestPath} cannot be read: ${reason}.`, cause);
  }
}

/** A bare list, or the list inside what a compiler writes. */
function abiOf(json: unknown): Abi {
  const list = Array.isArray(json) ? json : (json as { abi?: unknown }).abi;
  if (!Array.isArray(list)) throw new Error('an ABI is no list');
  return list as Abi;
}
