import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setEndpoint } from '../../offchain/chain/change-node.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { BlockTrail } from '../../offchain/chain/follow-blocks.ts';
import { listNodes } from '../../offchain/chain/list-nodes.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { Replayed, follow } from '../../offchain/chain/replayed.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { createDirectory } from '../../offchain/heavy/directory.ts';
import { takeHistory } from '../support/history.ts';
import type { History } from '../support/history.ts';
import { addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
let history: History;
let chain: Chain;

beforeAll(async () => {
  holdfast = await startHoldfast();
  history = await takeHistory(holdfast.rpcUrl);
  chain = await holdfast.as(0);
  await registerNodes(holdfast, 3);
});
afterAll(() => holdfast?.stop());

const height = () => chain.public.getBlockNumber({ cacheTime: 0 });

describe('BlockTrail', () => {
  it('begins at the deployment, goes on behind the last mark, and says nothing without a new block', async () => {
    const trail = new BlockTrail(chain);
    const first = await trail.next();
    expect(first).toMatchObject({ from: chain.deployment.fromBlock, head: { number: await height() } });
    expect(await trail.taken(first!)).toBe(true);
    expect(await trail.next()).toBeUndefined();
    await history.mine(3);
    expect(await trail.next()).toMatchObject({ from: first!.head.number + 1n, head: { number: first!.head.number + 3n } });
  });

  it('finds the last common block, also after a restart, and waits while the new chain is shorter', async () => {
    const trail = new BlockTrail(chain);
    const take = async () => expect(await trail.taken((await trail.next())!)).toBe(true);
    await take();
    const common = await height();
    const mark = await history.mark();
    for (let i = 0; i < 3; i++) {
      await history.mine(2);
      await take();
    }
    await chain.public.request({ method: 'evm_revert', params: [mark] } as never);
    await holdfast.advance(5);
    expect(await trail.next()).toBeUndefined();
    await history.mine(6);
    for (const one of [trail, new BlockTrail(chain, { marks: trail.marks })]) {
      const stretch = await one.next();
      expect(stretch).toMatchObject({ from: common + 1n, rolledBackTo: common, head: { number: common + 7n } });
      expect(await one.taken(stretch!)).toBe(true);
      expect(one.marks.map(({ number }) => number)).toEqual([common, common + 7n]);
    }
  });

  it('begins anew when it has no common block', async () => {
    const trail = new BlockTrail(chain, { marks: [{ number: 1n, hash: `0x${'ab'.repeat(32)}` }] });
    expect(await trail.next()).toMatchObject({ from: chain.deployment.fromBlock, rolledBackTo: chain.deployment.fromBlock - 1n });
  });

  it('takes nothing of a head that went while its events were read', async () => {
    const trail = new BlockTrail(chain);
    const mark = await history.mark();
    await history.mine(1);
    const stretch = await trail.next();
    await history.rewrite(mark);
    expect(await trail.taken(stretch!)).toBe(false);
    expect(trail.marks).toEqual([]);
  });
});

describe('Replayed', () => {
  const counted = () => new Replayed<Map<string, bigint>, { name: string; blockNumber: bigint }>({ empty: () => new Map(), clone: (map) => new Map(map), apply: (map, { name, blockNumber }) => void map.set(name, blockNumber) });
  const names = (state: ReturnType<typeof counted>) => [...state.now.keys()].join('');

  it('forgets what came behind a block, near and far, and everything where it cannot tell', () => {
    const state = counted();
    state.add([{ name: 'a', blockNumber: 1n }, { name: 'b', blockNumber: 5n }], 5n);
    state.add([{ name: 'c', blockNumber: 9n }], 9n);
    state.rollBack(5n);
    expect(names(state)).toBe('ab');
    state.add([{ name: 'd', blockNumber: 400n }], 600n);
    expect(state.oldBlock).toBe(344n);
    state.rollBack(350n);
    expect(names(state)).toBe('ab');
    state.rollBack(343n);
    expect(names(state)).toBe('');
  });

  it('follows the real chain through a reorganisation', async () => {
    const trail = new BlockTrail(chain);
    const state = counted();
    const read = async ({ fromBlock, toBlock }: { fromBlock: bigint; toBlock: bigint }) => {
      const logs = await chain.public.getLogs({ address: chain.deployment.token, fromBlock, toBlock });
      return logs.map(({ transactionHash, blockNumber }) => ({ name: transactionHash, blockNumber }));
    };
    const before = await height();
    const mark = await history.mark();
    await buyTokens(await holdfast.as(12), { coin: 1n });
    expect(await follow(trail, state, read)).toBe(false);
    const late = () => [...state.now.values()].filter((block) => block > before).length;
    expect(late()).toBe(1);
    await history.rewrite(mark);
    expect(await follow(trail, state, read)).toBe(true);
    expect(late()).toBe(0);
  });
});

describe('the directory of nodes', () => {
  it.each([['small', 200, 10], ['large', 1, 12]])('forgets a registration that was reorganised away, and takes who has its number now (%s)', async (_name, smallNodes, account) => {
    const directory = createDirectory(chain, { maxAgeMs: 0, smallNodes });
    const mark = await history.mark();
    const register = async (index: number, endpoint: string) => {
      const one = await holdfast.as(index);
      return registerNode(one, { tier: 'edge', region: 7, parent: 1, payout: addressOf(one), endpoint });
    };
    const { id } = await register(account, 'http://127.0.0.1:10');
    await setEndpoint(await holdfast.as(2), { id: 2, endpoint: 'http://127.0.0.1:2222' });
    expect((await directory.fresh()).at(-1)).toMatchObject({ id, endpoint: 'http://127.0.0.1:10' });
    // To the very same height.
    await chain.public.request({ method: 'evm_revert', params: [mark] } as never);
    const again = await history.mark();
    await holdfast.advance(4);
    await history.mine(1);
    expect(await directory.fresh()).toEqual(await listNodes(chain));
    await history.rewrite(again, () => register(account + 1, 'http://127.0.0.1:11'));
    expect((await directory.fresh()).at(-1)).toMatchObject({ id, endpoint: 'http://127.0.0.1:11', operator: addressOf(await holdfast.as(account + 1)) });
    expect(await directory.fresh()).toEqual(await listNodes(chain));
  });
});


it('a transaction that lost its block is sent again, for as many blocks as were asked for', async () => {
  const one = await holdfast.as(14, { confirmations: 50 });
  const mark = await history.mark();
  const { tokens } = await buyTokens(one, { coin: 3n });
  await history.rewrite(mark);
  const balance = () => tokenBalance(chain, addressOf(one));
  expect(await balance()).toBe(0n);
  await expect.poll(balance, { timeout: 15_000 }).toBe(tokens);
  expect(await chain.public.getTransactionCount({ address: addressOf(one) })).toBe(1);
});
