import { encodeAbiParameters, keccak256, stringToBytes, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Indexer } from '../../offchain/indexer/indexer.ts';
import { ask, startIndexed, who } from './indexed.ts';
import type { Indexed } from './indexed.ts';

interface Probe {
  readonly text: string;
  readonly numbers: readonly string[];
  readonly bytes: string | null;
}

let world: Indexed;
let indexer: Indexer;
let block: number;

beforeAll(async () => {
  world = await startIndexed();
  await world.move(1, 2, 10);
  await world.move(1, 3, 11);
  block = await world.act('probe', [1n]);
  indexer = await world.open();
  await indexer.tick();
});
afterAll(() => world?.stop());

async function probe(id: string): Promise<Probe> {
  const { probe: found } = await ask<{ probe: Probe }>(indexer, `{ probe(id: "${id}") { text numbers bytes } }`);
  return found;
}

describe('what a mapping is given', () => {
  it('reads every kind of event parameter, indexed ones of no fixed size by their hash', async () => {
    const max = (2n ** 256n - 1n).toString();
    const sender = world.chain.wallet?.account?.address.toLowerCase();
    const { text, numbers, bytes } = await probe('event');
    expect(text.split('|')).toEqual(['naïve', 'zürich €', 'kind,hashed,who,data,text,number,items,pair,truth', 'true', sender, keccak256(stringToBytes('hidden'))]);
    expect(numbers).toEqual(['1', '-5', '7', max, '1', '2']);
    expect(bytes).toBe('0x00ff10');
  });

  it('has the block, the transaction and the receipt as the chain has them', async () => {
    const of = await world.chain.public.getBlock({ blockNumber: BigInt(block), includeTransactions: true });
    const [transaction] = of.transactions;
    const receipt = await world.chain.public.getTransactionReceipt({ hash: transaction!.hash });
    const found = await probe('block');
    expect(found.bytes).toBe(of.hash);
    expect(found.text.split('|')).toEqual([of.parentHash, of.sha3Uncles, of.miner, of.stateRoot, of.transactionsRoot, of.receiptsRoot]);
    expect(found.numbers).toEqual([of.number, of.gasUsed, of.gasLimit, of.timestamp, of.difficulty ?? 0n, of.baseFeePerGas, of.size].map(String));
    const sent = await probe('transaction');
    expect([sent.bytes, ...sent.text.split('|')]).toEqual([transaction!.hash, transaction!.from, transaction!.to, transaction!.input]);
    expect(sent.numbers).toEqual([0, transaction!.value, transaction!.gas, transaction!.gasPrice, transaction!.nonce, 0].map(String));
    const proof = await probe('receipt');
    expect(proof.text.split('|')).toEqual(['1', toHex(1n, { size: 32 }), world.emitter.toLowerCase(), '256']);
    expect([proof.bytes, ...proof.numbers]).toEqual([transaction!.hash, '1', receipt.gasUsed.toString(), receipt.cumulativeGasUsed.toString(), String(block)]);
  });

  it('computes with whole numbers of any size and sign', async () => {
    const big = -123456789012345678901234567890n;
    const { text, numbers } = await probe('bigInt');
    expect(text.split('|')).toEqual([big.toString(), `0x${(-big).toString(16)}`, '0x0', 'true']);
    expect(numbers).toEqual([big + 1n, big - 1n, big * big, big / 7n, big % 7n, 3n ** 100n, 15n, 4n, 5n << 70n, -5n >> 1n, 255n, -128n, 128n, 9n].map(String));
  });

  it('computes with decimal numbers of 34 digits', async () => {
    const third = `0.${'3'.repeat(34)}`;
    const { text } = await probe('bigDecimal');
    expect(text.split('|')).toEqual([third, '1.5', `0.28${'3'.repeat(32)}`, `0.${'1'.repeat(34)}`, '11999.5', '2.5', 'true', '100']);
  });

  it('hashes, converts, encodes and decodes', async () => {
    expect(await probe('keccak')).toEqual({ text: 'naïve|19p', numbers: [], bytes: keccak256(stringToBytes('abc')) });
    const parts = [{ type: 'address' }, { type: 'string' }, { type: 'int256' }, { type: 'bytes4' }, { type: 'uint256[]' }] as const;
    const encoded = encodeAbiParameters([{ type: 'tuple', components: parts }], [[world.emitter, 'x', -2n, '0x01020304', [5n, 6n]]] as never);
    expect(await probe('encode')).toEqual({ text: 'true|x|0x01020304|true', numbers: ['-2', '6'], bytes: encoded });
  });

  it('calls contracts as the block left them, and is told of reverts', async () => {
    expect(await probe('call')).toMatchObject({ text: 'described|c|true', numbers: ['45', '3', '0'] });
  });

  it('reads JSON, with numbers of any size', async () => {
    expect(await probe('json')).toMatchObject({ text: '1|true|true|é|true|true', numbers: ['-12345678901234567890'] });
  });

  it('knows its data source, and what the manifest says to it', async () => {
    const address = world.emitter.toLowerCase();
    expect(await probe('dataSource')).toEqual({ text: `${address}|holdfast|hello|7`, numbers: ['123456789012345678901234567890'], bytes: address });
  });

  it('sees the store as its own block has it: entities, those of this block, those of a relation, removed ones', async () => {
    expect(await probe('store')).toMatchObject({ text: 'true|true|2|false', numbers: ['10', '11'] });
    expect(await probe('removed')).toBeNull();
  });

  it('writes its log into the node\'s', () => {
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'indexer.mapping', message: 'probed this and that' }));
  });

  it('removes what is removed, from that block on', async () => {
    const at = await world.act('probe', [2n]);
    await indexer.tick();
    const { now, before } = await ask<Record<string, { id: string } | null>>(indexer, `{ now: account(id: "${who(1)}") { id } before: account(id: "${who(1)}", block: { number: ${at - 1} }) { id } }`);
    expect([now, before]).toEqual([null, { id: who(1) }]);
  });
});

describe('a mapping that fails', () => {
  it.each([
    [0n, /this mapping is broken on purpose \(mapping\.ts, line \d+, column \d+\)/],
    [1n, /critical on purpose/],
    [2n, /Probe x was saved without text/],
    [4n, /division by zero/],
  ])('stops the index before its block, and says why (%i)', async (how, words) => {
    const mark = await world.history.mark();
    const good = await world.move(5, 6, 1);
    const bad = await world.act('breakIt', [how]);
    await world.move(6, 5, 1);
    await indexer.tick();
    expect(indexer.report()).toMatchObject({ failure: { block: bad, message: expect.stringMatching(words) } });
    const { _meta, probe: half, transfers } = await ask<{ _meta: object; probe: null; transfers: object[] }>(indexer, `{ _meta { block { number } hasIndexingErrors } probe(id: "broken") { id } transfers(where: { block_gte: ${good} }) { id } }`);
    expect({ _meta, half, transfers: transfers.length }).toEqual({ _meta: { block: { number: good }, hasIndexingErrors: true }, half: null, transfers: 1 });
    // Nothing more is tried while the chain has that block.
    await indexer.tick();
    expect(indexer.report().head?.number).toBe(good);
    await world.history.rewrite(mark);
    await indexer.tick();
    expect(indexer.report().failure).toBeUndefined();
    expect(await ask(indexer, '{ _meta { hasIndexingErrors } }')).toEqual({ _meta: { hasIndexingErrors: false } });
  });

  it('refuses a second entity of an immutable type, in memory and after a restart', async () => {
    const mark = await world.history.mark();
    await world.move(5, 6, 1);
    await world.act('breakIt', [3n]);
    await indexer.tick();
    expect(indexer.report().failure?.message).toMatch(/Transfer \d+-0 is immutable/);
    await world.history.rewrite(mark);
    await indexer.tick();
  });
});
