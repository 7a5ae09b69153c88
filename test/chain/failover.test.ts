import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { listNodes } from '../../offchain/chain/list-nodes.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import type { LineMode, RpcLine } from '../support/rpc-line.ts';

let holdfast: TestHoldfast;
let lines: RpcLine[] = [];
const retry = { retries: 2, firstDelayMs: 20, timeoutMs: 1_000, failOverMs: 250 };

beforeAll(async () => {
  holdfast = await startHoldfast();
});
afterAll(() => holdfast?.stop());
afterEach(async () => {
  for (const line of lines) await line.stop();
  lines = [];
});

async function behind(account: number, ...modes: readonly LineMode[]): Promise<Chain> {
  lines = await Promise.all(modes.map(() => startRpcLine(holdfast.rpcUrl)));
  lines.forEach((line, i) => (line.mode = modes[i]!));
  return holdfast.as(account, { rpcUrls: lines.map(({ url }) => url), retry });
}

const states = (chain: Chain) => chain.endpoints().map(({ state }) => state);
/** Reads until the addresses were compared anew. */
const untilStates = (chain: Chain, expected: readonly string[]) =>
  expect.poll(async () => (await listNodes(chain), states(chain)), { timeout: 15_000, interval: 200 }).toEqual(expected);

describe('one of three RPC addresses', () => {
  it.each(['cut', 'stall', 'half', 'garbage', 'empty', 500, 503, 429, 403] as const)('fails (%s): the others serve, and it is asked no more', async (mode) => {
    const chain = await behind(3, mode, 'pass', 'pass');
    for (let i = 0; i < 5; i++) expect(await listNodes(chain)).toEqual([]);
    expect(states(chain)[0]).toBe('away');
    expect(chain.endpoints()[0]!.cause).not.toContain('/rpc');
    // Half an answer was passed on for the questions of the beginning, and for none of the five reads.
    expect(lines[0]!.passed.filter((method) => method === 'eth_call')).toEqual([]);
    expect(lines[2]!.passed.filter((method) => method === 'eth_call')).toEqual([]);
  });

  it('lags: it is left out until it has caught up', async () => {
    const chain = await behind(4, { lag: 9n }, 'pass', 'pass');
    // The chain is younger than that at first.
    await holdfast.advance(1);
    await untilStates(chain, ['lagging', 'ok', 'ok']);
    const before = lines[0]!.passed.length;
    await listNodes(chain);
    expect(lines[0]!.passed.slice(before)).not.toContain('eth_call');
    lines[0]!.mode = 'pass';
    await untilStates(chain, ['ok', 'ok', 'ok']);
    await listNodes(chain);
    expect(lines[0]!.passed.at(-1)).toBe('eth_call');
  });

  it('serves another chain: it is never asked for anything', async () => {
    const chain = await behind(5, { chain: 5 }, 'pass', 'pass');
    await listNodes(chain);
    expect(states(chain)).toEqual(['wrong-chain', 'ok', 'ok']);
    expect(chain.endpoints()[0]!.cause).toContain('chain 5');
    expect(new Set(lines[0]!.passed)).toEqual(new Set(['eth_chainId']));
  });

  it('all serve another chain', async () => {
    await expect(behind(5, { chain: 5 }, { chain: 5 })).rejects.toMatchObject({ code: 'WRONG_CHAIN', details: { have: 5, need: 31337 } });
  });
});

describe('a transaction', () => {
  it('happens once while the addresses fail in turn', async () => {
    const chain = await behind(6, 'pass', 'pass', 'pass');
    const balance = await tokenBalance(chain, addressOf(chain));
    let turn = 0;
    const timer = setInterval(() => lines.forEach((line, i) => (line.mode = i === turn % 3 ? 'pass' : i % 2 === 0 ? 'cut' : 500), turn++), 150);
    let bought = 0n;
    try {
      for (let i = 0; i < 6; i++) bought += (await buyTokens(chain, { coin: 1n })).tokens;
    } finally {
      clearInterval(timer);
    }
    lines.forEach((line) => (line.mode = 'pass'));
    expect(await tokenBalance(chain, addressOf(chain))).toBe(balance + bought);
    expect(await chain.public.getTransactionCount({ address: addressOf(chain) })).toBe(6);
  });

  it('is sent again through another address when the first one swallowed it', async () => {
    const chain = await behind(7, 'pass', 'pass');
    // The first address takes it, tells nobody, and dies.
    lines[0]!.refused.add('eth_getTransactionReceipt');
    lines[0]!.swallowed.add('eth_sendRawTransaction');
    const { tokens } = await buyTokens(chain, { coin: 1n });
    expect(lines[0]!.passed).toContain('eth_sendRawTransaction');
    expect(lines[1]!.passed).toContain('eth_sendRawTransaction');
    expect(await tokenBalance(chain, addressOf(chain))).toBe(tokens);
  });

  it('waits over an RPC that is away for a while', async () => {
    const chain = await behind(8, 'pass');
    lines[0]!.refused.add('eth_getTransactionReceipt');
    const buying = buyTokens(chain, { coin: 1n });
    setTimeout(() => lines[0]!.refused.clear(), 1_000);
    expect((await buying).tokens).toBeGreaterThan(0n);
  });
});
