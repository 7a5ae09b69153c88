import { parseEther } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { listNodes } from '../../offchain/chain/list-nodes.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import type { Fault, FaultyProxy } from '../support/faulty-proxy.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
let proxy: FaultyProxy | undefined;
const retry = { retries: 4, firstDelayMs: 5, timeoutMs: 5_000 };

beforeAll(async () => {
  holdfast = await startHoldfast();
}, 90_000);
afterAll(() => holdfast.stop());
afterEach(async () => {
  await proxy?.stop();
  proxy = undefined;
});

async function through(decide: (method: string, before: number) => Fault): Promise<string[]> {
  proxy = await startFaultyProxy(holdfast.rpcUrl, decide);
  return [proxy.url];
}

describe('an RPC that fails for a while', () => {
  it.each(['503', 'drop', 'swallow'] as const)('%s three times: the read goes on', async (fault) => {
    const chain = await holdfast.as(3, { rpcUrls: await through((method, before) => (method === 'eth_call' && before < 3 ? fault : 'pass')), retry });
    expect(await listNodes(chain)).toEqual([]);
  });

  it.each(['503', 'drop', 'swallow'] as const)('%s on every first request of a transaction: it happens exactly once', async (fault) => {
    const rpcUrls = await through((_method, before) => (before === 0 ? fault : 'pass'));
    const chain = await holdfast.as(4, { rpcUrls, retry });
    const balance = await tokenBalance(chain, addressOf(chain));
    const { tokens } = await buyTokens(chain, { coin: parseEther('1') });
    expect(await tokenBalance(chain, addressOf(chain))).toBe(balance + tokens);
  });

  it('for too long: RpcUnavailableError, and the same chain object works again afterwards', async () => {
    let fault: Fault = 'pass';
    const chain = await holdfast.as(5, { rpcUrls: await through(() => fault), retry });
    fault = 'drop';
    const failure = { name: 'RpcUnavailableError', code: 'RPC_UNAVAILABLE', retryable: true };
    await expect(listNodes(chain)).rejects.toMatchObject(failure);
    await expect(chain.nowSeconds()).rejects.toMatchObject(failure);
    await expect(buyTokens(chain, { coin: 1n })).rejects.toMatchObject(failure);
    fault = 'pass';
    expect(await listNodes(chain)).toEqual([]);
    expect((await buyTokens(chain, { coin: 1n })).tokens).toBeGreaterThan(0n);
  });

  it('a second address takes over at once', async () => {
    const [broken] = await through(() => '503');
    const chain = await holdfast.as(6, { rpcUrls: [broken ?? '', holdfast.rpcUrl], retry: { ...retry, retries: 0 } });
    expect((await buyTokens(chain, { coin: 1n })).tokens).toBeGreaterThan(0n);
  });
});

describe('a refusal by the contract', () => {
  it('is not tried again', async () => {
    const chain = await holdfast.as(7, { rpcUrls: await through(() => 'pass'), retry });
    const before = proxy?.seen.length ?? 0;
    await expect(buyTokens(chain, { coin: 0n })).rejects.toMatchObject({ errorName: 'NothingPaid', retryable: false });
    expect(proxy?.seen.slice(before)).toEqual(['eth_call']);
  });
});
