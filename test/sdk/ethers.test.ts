/** ethers' signers as accounts, against a real chain: keys of this process, and a wallet behind EIP-1193. */
import { BrowserProvider, HDNodeWallet, JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import type { Eip1193Provider } from 'ethers';
import { bytesToHex, isAddressEqual, parseEther } from 'viem';
import type { Address } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveTokens } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { tokenAbi } from '../../offchain/chain/generated/abi.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { signPermit } from '../../offchain/chain/sign-permit.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { type EthersSigner, fromEthersSigner } from '../../offchain/sdk/ethers.ts';
import { recoverTyped, signTyped, signerAddress } from '../../offchain/wire/typed-data.ts';
import type { Terms } from '../../offchain/wire/typed-data.ts';
import { type TestHoldfast, startHoldfast } from '../support/holdfast.ts';

const COIN = parseEther('0.01');
let holdfast: TestHoldfast;

beforeAll(async () => {
  holdfast = await startHoldfast();
});
afterAll(() => holdfast?.stop());

function key(account: number): string {
  return bytesToHex(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey!);
}

async function chainOf(signer: EthersSigner): Promise<Chain> {
  const account = await fromEthersSigner(signer, { chainId: DEV_CHAIN_ID });
  return createChain({ rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment, account, pollMs: 50 });
}

/** What a page finds at `window.ethereum`: the accounts of the test's chain, which signs for them; `refuse` stands for the person at it. */
function browserWallet(options: { account: number; chainId?: number }) {
  const asked: string[] = [];
  let isRefusing = false;
  const address = devAccount(options.account, DEV_CHAIN_ID).address;
  const provider: Eip1193Provider = {
    async request({ method, params }) {
      asked.push(method);
      if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [address];
      if (method === 'eth_chainId' && options.chainId !== undefined) return `0x${options.chainId.toString(16)}`;
      if (isRefusing && /^eth_send|^eth_sign|^personal/.test(method)) throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
      const reply = await fetch(holdfast.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params ?? [] }) });
      const { result, error } = (await reply.json()) as { result?: unknown; error?: { message: string; code: number } };
      if (error !== undefined) throw Object.assign(new Error(error.message), error);
      return result;
    },
  };
  return { provider, address, asked, refuse: () => (isRefusing = true) };
}

async function trade(chain: Chain): Promise<bigint> {
  const address = signerAddress(chain.account!);
  const before = await tokenBalance(chain, address);
  const { tokens } = await buyTokens(chain, { coin: COIN });
  expect((await tokenBalance(chain, address)) - before).toBe(tokens);
  return tokens;
}

/** Typed data that the contracts check, with a struct inside a struct. */
async function expectTypedData(chain: Chain): Promise<void> {
  const address = signerAddress(chain.account!);
  const terms: Terms = { creator: address, nonce: 0, heavy: 1, feeBps: 100, k: 1, m: 1, batchLog2: 16, quota: 4, endPeriod: 9 };
  const offer = { terms, provider: 2, price: 2n ** 80n, expiry: 1_900_000_000 };
  expect(isAddressEqual(await recoverTyped(chain.domain, 'Offer', offer, await signTyped(chain.account!, chain.domain, 'Offer', offer)), address)).toBe(true);
  await trade(chain);
  const { token, market } = chain.deployment;
  const { deadline, v, r, s } = await signPermit(chain, { spender: market, value: 5n, deadline: 1_900_000_000 });
  await chain.send({ address: token, abi: tokenAbi, functionName: 'permit', args: [address, market, 5n, deadline, v, r, s] });
  expect(await chain.read({ address: token, abi: tokenAbi, functionName: 'allowance', args: [address, market] })).toBe(5n);
}

describe('a key of this process', () => {
  it('signs typed data and transactions, with a provider and without', async () => {
    const bare = await chainOf(new Wallet(key(12)));
    expect(bare.account).toMatchObject({ type: 'local', address: devAccount(12, DEV_CHAIN_ID).address });
    await expectTypedData(bare);
    const provider = new JsonRpcProvider(holdfast.rpcUrl, DEV_CHAIN_ID, { staticNetwork: true });
    await expectTypedData(await chainOf(new Wallet(key(13), provider)));
    provider.destroy();
  });

  it('comes out of a phrase too', async () => {
    const wallet = HDNodeWallet.fromPhrase('test test test test test test test test test test test junk', undefined, "m/44'/60'/0'/0/14");
    expect(wallet.address).toBe(devAccount(14, DEV_CHAIN_ID).address);
    await trade(await chainOf(wallet));
  });

  it('sends many at once with nonces of their own, also beside viem with the same key', async () => {
    const [ours, viems] = [await chainOf(new Wallet(key(15))), await holdfast.as(15)];
    await Promise.all([ours, ours, viems, ours].map((chain) => buyTokens(chain, { coin: COIN })));
    expect(await tokenBalance(ours, devAccount(15, DEV_CHAIN_ID).address)).toBe(4n * (await trade(ours)));
  });

  it('refuses to sign for another chain', async () => {
    const provider = new JsonRpcProvider(holdfast.rpcUrl, DEV_CHAIN_ID, { staticNetwork: true });
    await expect(fromEthersSigner(new Wallet(key(12), provider), { chainId: 5 })).rejects.toMatchObject({ code: 'WRONG_CHAIN', details: { have: DEV_CHAIN_ID, need: 5 } });
    provider.destroy();
    const account = await fromEthersSigner(new Wallet(key(12)), { chainId: 5 });
    if (!('signTransaction' in account) || typeof account.signTransaction !== 'function') throw new Error('a key should sign');
    const sign = account.signTransaction as (transaction: unknown) => Promise<unknown>;
    await expect(sign({ type: 'eip1559', chainId: 1, nonce: 0 })).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });
});

describe('a wallet that keeps its key', () => {
  it('signs typed data and sends, each asked for once, and without waiting in ethers', async () => {
    const { provider, asked } = browserWallet({ account: 16 });
    const chain = await chainOf(await new BrowserProvider(provider).getSigner());
    expect(chain.account).toMatchObject({ account: { type: 'json-rpc', address: devAccount(16, DEV_CHAIN_ID).address } });
    asked.length = 0;
    await expectTypedData(chain);
    const acts = asked.filter((method) => /send|sign/i.test(method));
    expect(acts).toEqual(['eth_signTypedData_v4', 'eth_sendTransaction', 'eth_signTypedData_v4', 'eth_sendTransaction']);
  });

  it('says that its owner declined, and sends nothing', async () => {
    const wallet = browserWallet({ account: 17 });
    const chain = await chainOf(await new BrowserProvider(wallet.provider).getSigner());
    wallet.refuse();
    await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ code: 'USER_REJECTED', nextStep: expect.stringContaining('wallet') });
    expect(wallet.asked.filter((method) => method === 'eth_sendTransaction')).toHaveLength(1);
    await expect(signPermit(chain, { spender: chain.deployment.market, value: 1n, deadline: 1_900_000_000 })).rejects.toMatchObject({ name: 'UserRejectedError', code: 'USER_REJECTED' });
    expect(await tokenBalance(chain, wallet.address)).toBe(0n);
  });

  it('on another chain is refused before it is asked for anything, also when it moves there later', async () => {
    const elsewhere = browserWallet({ account: 17, chainId: 1 });
    const signer = await new BrowserProvider(elsewhere.provider).getSigner();
    await expect(fromEthersSigner(signer, { chainId: DEV_CHAIN_ID })).rejects.toMatchObject({ code: 'WRONG_CHAIN', details: { have: 1, need: DEV_CHAIN_ID } });
    const moving = { account: 17 } as { account: number; chainId?: number };
    const wallet = browserWallet(moving);
    const chain = await chainOf(await new BrowserProvider(wallet.provider).getSigner());
    moving.chainId = 1;
    await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ code: expect.stringMatching(/^(WRONG_CHAIN|WALLET_NETWORK)$/) });
    expect(wallet.asked).not.toContain('eth_sendTransaction');
  });

  it('that counts nonces itself is left to count them', async () => {
    const provider = new JsonRpcProvider(holdfast.rpcUrl, DEV_CHAIN_ID, { staticNetwork: true });
    const manager = new NonceManager(new Wallet(key(18), provider));
    const chain = await chainOf(manager);
    await trade(chain);
    const other = await manager.sendTransaction({ to: devAccount(19, DEV_CHAIN_ID).address, value: 1n });
    await other.wait();
    await approveTokens(chain, { spender: chain.deployment.market as Address, amount: 7n });
    expect(await manager.getNonce()).toBe(3);
    provider.destroy();
  });

  it('that loses its network is told so, and nothing is retried behind its back', async () => {
    const broken: EthersSigner = {
      provider: { getNetwork: () => Promise.reject(Object.assign(new Error('network changed: 31337 => 1'), { code: 'NETWORK_ERROR' })) },
      getAddress: async () => devAccount(17, DEV_CHAIN_ID).address,
      signMessage: async () => '0x', signTypedData: async () => '0x', signTransaction: async () => '0x', sendTransaction: async () => ({ hash: '0x' }),
    };
    await expect(fromEthersSigner(broken, { chainId: DEV_CHAIN_ID })).rejects.toMatchObject({ code: 'WALLET_NETWORK', retryable: true });
  });
});
