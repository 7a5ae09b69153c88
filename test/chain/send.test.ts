import { tmpdir } from 'node:os';
import { createTestClient, createWalletClient, http, parseEther, publicActions } from 'viem';
import { hardhat } from 'viem/chains';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveTokens, transferTokens } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../offchain/chain/client.ts';
import { devAccount, refuseDevAccount } from '../../offchain/chain/dev-accounts.ts';
import { saleAbi } from '../../offchain/chain/generated/abi.ts';
import { startLocalChain, takePort } from '../../offchain/chain/local-chain.ts';
import { coinBalance, saleRate, tokenBalance } from '../../offchain/chain/read-money.ts';
import { readParameters } from '../../offchain/chain/read-parameters.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { withdraw } from '../../offchain/chain/withdraw.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;

beforeAll(async () => {
  holdfast = await startHoldfast();
}, 90_000);
afterAll(() => holdfast.stop());

describe('deployment', () => {
  it('fixes what was asked for', async () => {
    expect(await readParameters(await holdfast.as(0))).toEqual({ ...DEVNET, epochSeconds: 10_000, healthBps: 0 });
  });
});

describe('sending', () => {
  it('many at once from one account, over two chain objects: each happens once, in some order', async () => {
    const [a, b] = [await holdfast.as(8), await holdfast.as(8)];
    await Promise.all(Array.from({ length: 12 }, (_, i) => buyTokens(i % 2 === 0 ? a : b, { coin: 1n })));
    expect(await tokenBalance(a, addressOf(a))).toBe(12n * (await saleRate(a)));
  });

  it('a refusal in the queue does not hold up the others', async () => {
    const chain = await holdfast.as(9);
    const results = await Promise.allSettled([buyTokens(chain, { coin: 0n }), buyTokens(chain, { coin: 1n }), withdraw(chain), buyTokens(chain, { coin: 1n })]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('approves once, and not again while the allowance lasts', async () => {
    const chain = await holdfast.as(10);
    const nonce = async (): Promise<number> => chain.public.getTransactionCount({ address: addressOf(chain) });
    await approveTokens(chain, { spender: chain.deployment.market, amount: 5n });
    await approveTokens(chain, { spender: chain.deployment.market, amount: 4n });
    expect(await nonce()).toBe(1);
  });

  it('works through a wallet that keeps its key', async () => {
    const wallet = createWalletClient({ account: devAccount(11, 31337).address, chain: hardhat, transport: http(holdfast.rpcUrl) });
    const chain = await holdfast.as(11, { account: wallet });
    expect((await buyTokens(chain, { coin: 2n })).tokens).toBe(2n * (await saleRate(chain)));
  });
});

describe('what goes wrong', () => {
  it('a custom error of the called contract, with its arguments', async () => {
    const error = withdraw(await holdfast.as(12));
    await expect(error).rejects.toMatchObject({
      name: 'ContractRevertError',
      code: 'CONTRACT_REVERT',
      errorName: 'NothingOwed',
      args: { account: devAccount(12, 31337).address },
      shortMessage: `Nothing is owed to ${devAccount(12, 31337).address}.`,
    });
  });

  it('a custom error of the token below', async () => {
    const chain = await holdfast.as(12);
    const error = transferTokens(chain, { to: addressOf(chain), amount: 7n });
    await expect(error).rejects.toMatchObject({ errorName: 'ERC20InsufficientBalance', args: { balance: 0n, needed: 7n } });
  });

  it('no coin', async () => {
    const poor = await holdfast.as(0, { account: privateKeyToAccount(generatePrivateKey()) });
    expect(await coinBalance(poor, addressOf(poor))).toBe(0n);
    await expect(buyTokens(poor, { coin: parseEther('1') })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  });

  it('no account', async () => {
    const reader = await createChain({ rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment });
    expect(await saleRate(reader)).toBeGreaterThan(0n);
    await expect(buyTokens(reader, { coin: 1n })).rejects.toMatchObject({ code: 'READ_ONLY' });
  });

  it('another chain', async () => {
    const deployment = { ...holdfast.deployment, chainId: 5 };
    await expect(createChain({ rpcUrls: [holdfast.rpcUrl], deployment })).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    await expect(createChain({ rpcUrls: [], deployment })).rejects.toMatchObject({ code: 'NO_RPC' });
  });

  it('a key that everybody has, on a real chain', async () => {
    expect(() => devAccount(0, 1)).toThrow(expect.objectContaining({ code: 'PUBLIC_KEY_REFUSED' }));
    const known = devAccount(19, 31337);
    expect(() => refuseDevAccount(known.address, 1)).toThrow(expect.objectContaining({ code: 'PUBLIC_KEY_REFUSED' }));
    expect(() => refuseDevAccount(known.address, 31337)).not.toThrow();
    const deployment = { ...holdfast.deployment, chainId: 5 };
    const started = createChain({ rpcUrls: [holdfast.rpcUrl], deployment, account: known });
    await expect(started).rejects.toMatchObject({ code: 'PUBLIC_KEY_REFUSED' });
  });

  it('a transaction that fails in its block', async () => {
    const chain = await holdfast.as(13);
    const failed = chain.send({ address: chain.deployment.sale, abi: saleAbi, functionName: 'buy', args: [], value: 1n, gas: 30_000n });
    await expect(failed).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', retryable: true });
    expect((await buyTokens(chain, { coin: 1n })).tokens).toBeGreaterThan(0n);
  });
});

describe('the local chain', () => {
  it('does not start on a taken port', async () => {
    const port = Number(new URL(holdfast.rpcUrl).port);
    await expect(startLocalChain({ port })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });

  it('runs from any folder, and is gone when it was stopped', async () => {
    const before = process.cwd();
    process.chdir(tmpdir());
    const chain = await startLocalChain().finally(() => process.chdir(before));
    const { port } = new URL(chain.rpcUrl);
    // However long it took to start, its next block is of now; setting the clock may cost one second.
    const askedSeconds = Math.floor(Date.now() / 1000);
    const local = createTestClient({ mode: 'hardhat', transport: http(chain.rpcUrl) }).extend(publicActions);
    await local.mine({ blocks: 1 });
    expect(Number((await local.getBlock()).timestamp)).toBeGreaterThanOrEqual(askedSeconds - 1);
    await chain.stop();
    await chain.ended;
    expect(await takePort(Number(port))).toBe(Number(port));
    await chain.stop();
  }, 60_000);
});
