import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { getAbiItem, toFunctionSelector } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import * as abis from '../../offchain/chain/generated/abi.ts';
import { readSubgraph } from '../../offchain/indexer/manifest.ts';
import { parseSchema } from '../../offchain/indexer/schema/parse-schema.ts';
import { buildSubgraph } from '../../scripts/build-subgraph.ts';
import { eventsOf, handlerOf, SOURCES, UNHANDLED } from '../../scripts/subgraph/events.ts';
import { graphManifest, indexerManifest } from '../../scripts/subgraph/manifest.ts';
import type { Place } from '../../scripts/subgraph/manifest.ts';
import { DROPPED, MUTANTS } from './mutants.ts';

const FOLDER = resolve(import.meta.dirname, '../../subgraph');

describe('the subgraph', () => {
  beforeAll(() => buildSubgraph());

  it('has a handler for every event of every ABI, or says why it needs none', async () => {
    const module = new WebAssembly.Module(await readFile(resolve(FOLDER, 'build/main.wasm')));
    const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    const wanted = SOURCES.flatMap((source) => eventsOf(source).map((event) => ({ name: `${source.name}.${event.name}`, handler: handlerOf(source, event) })));
    expect(wanted.length).toBeGreaterThan(70);
    expect(wanted.filter(({ name, handler }) => !exported.has(handler) && UNHANDLED[name] === undefined)).toEqual([]);
    // No reason outlives its event, and no handler the event that it was for.
    expect(Object.keys(UNHANDLED).filter((name) => !wanted.some((one) => one.name === name))).toEqual([]);
    expect([...exported].filter((name) => name.startsWith('handle') && !wanted.some(({ handler }) => handler === name))).toEqual([]);
  });

  it('follows every contract that has events', () => {
    const withEvents = Object.entries(abis).filter(([, abi]) => (abi as readonly { type: string }[]).some(({ type }) => type === 'event')).map(([name]) => name);
    expect(withEvents.toSorted()).toEqual(SOURCES.map(({ key }) => `${key}Abi`).toSorted());
  });

  it('asks the chain nothing while it maps', async () => {
    const module = new WebAssembly.Module(await readFile(resolve(FOLDER, 'build/main.wasm')));
    const imported = WebAssembly.Module.imports(module).map(({ name }) => name);
    expect(imported.filter((name) => /ethereum\.(call|getBalance|hasCode)|ipfs|ens|json/.test(name))).toEqual([]);
  });

  it('is what the indexer can read: manifest, ABIs, schema, references', async () => {
    const subgraph = await readSubgraph(resolve(FOLDER, 'build/manifest.json'));
    expect(subgraph.manifest.dataSources.map(({ name }) => name)).toEqual(SOURCES.map(({ name }) => name));
    const model = parseSchema(subgraph.schema);
    for (const entity of model.entities.values()) for (const { name, type, field } of entity.derived) expect(model.entities.get(type)?.byName.get(field)?.reference, `${entity.name}.${name}`).toBe(entity.name);
  });

  it('knows the selectors of the calls that it reads', async () => {
    const source = await readFile(resolve(FOLDER, 'src/core/calldata.ts'), 'utf8');
    for (const [constant, name] of [['GROW', 'grow'], ['REPLACE', 'replace'], ['PERMIT_AND_CALL', 'permitAndCall']] as const) expect(source).toContain(`${constant} = Bytes.fromHexString('${toFunctionSelector(getAbiItem({ abi: marketAbi, name }))}')`);
  });

  it('compiles into the same bytes, and only when something changed', async () => {
    expect(await buildSubgraph()).toBe(false);
  });

  it('has lines in each file that the check spoils on purpose (npm run subgraph:check -- --mutants)', async () => {
    for (const { file, from } of MUTANTS) expect((await readFile(resolve(FOLDER, file), 'utf8')).split(from).length - 1, `${file}: ${from}`).toBe(1);
    const files = (await readdir(resolve(FOLDER, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
    // `main.ts` only names the others.
    expect(files.filter((file) => !MUTANTS.some((one) => one.file === file))).toEqual(['src/main.ts']);
    const handlers = SOURCES.flatMap((source) => eventsOf(source).map((event) => handlerOf(source, event)));
    for (const { handler } of DROPPED) expect(handlers).toContain(handler);
  });

  it('goes to The Graph with the addresses and constants of one deployment', () => {
    const address = (digit: string): `0x${string}` => `0x${digit.repeat(40)}`;
    const deployment = { chainId: 1, token: address('A'), sale: address('2'), registry: address('3'), market: address('4'), lens: address('5'), fromBlock: 77n };
    const place: Place = { network: 'sepolia', deployment, constants: { genesis: 1n, epochSeconds: 2n, epochsPerPeriod: 3n, stakeEpochs: 4n, withdrawalEpochs: 5n } };
    const { dataSources } = graphManifest(place) as { dataSources: { name: string; network: string; source: object; context: Record<string, { data: string }> }[] };
    // What the deployment lacks is left out.
    expect(dataSources.map(({ name }) => name)).toEqual(['Token', 'Sale', 'Registry', 'Market']);
    expect(dataSources[0]).toMatchObject({ network: 'sepolia', source: { address: address('a'), startBlock: 77 }, context: { genesis: { data: '1' }, token: { data: address('a') } } });
    const context = (indexerManifest() as { dataSources: { context: object }[] }).dataSources[0]?.context;
    expect(Object.keys(dataSources[0]?.context ?? {})).toEqual(Object.keys(context ?? {}));
  });
});
