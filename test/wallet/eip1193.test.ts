/** A wallet that keeps its key, against a real chain: what it is asked for, and what happens when the person at it says no, switches or goes away. */
import { parseEther, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addStake } from '../../offchain/chain/add-stake.ts';
import { approveTokens, readAllowance } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { openChannel } from '../../offchain/chain/open-channel.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { signPermit } from '../../offchain/chain/sign-permit.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { fromEip1193 } from '../../offchain/chain/wallet/from-eip1193.ts';
import { switchWalletChain } from '../../offchain/chain/wallet/switch-chain.ts';
import { masterFromWallet } from '../../offchain/client/master-key.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { signTyped, signerAddress } from '../../offchain/wire/typed-data.ts';
import { type TestWallet, type TestWalletOptions, createTestWallet } from '../support/browser/test-wallet.ts';
import { type TestHoldfast, registerNodes, startHoldfast } from '../support/holdfast.ts';
import { describeOddWallets } from './odd-wallets.ts';

const COIN = parseEther('0.1');
const SESSION = { agreement: 7, expiry: 1_900_000_000 };
let holdfast: TestHoldfast;

beforeAll(async () => {
  holdfast = await startHoldfast();
  await registerNodes(holdfast, 1);
});
afterAll(() => holdfast?.stop());

function walletOf(account: number, options: Partial<TestWalletOptions> = {}): TestWallet {
  return createTestWallet({ rpcUrl: holdfast.rpcUrl, accounts: [account, 18], ...options });
}

async function chainOf(wallet: TestWallet): Promise<Chain> {
  const account = await fromEip1193(wallet, { chainId: DEV_CHAIN_ID });
  return createChain({ rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment, account, pollMs: 50 });
}

const windows = (wallet: TestWallet): string[] => wallet.asked.filter((method) => /send|sign/i.test(method));

describe('a wallet of EIP-1193', () => {
  it('buys, permits and spends: one window for each, one transaction for both, and nothing is left allowed', async () => {
    const wallet = walletOf(4);
    const chain = await chainOf(wallet);
    expect(signerAddress(chain.account!)).toBe(devAccount(4, DEV_CHAIN_ID).address);
    const { tokens } = await buyTokens(chain, { coin: COIN });
    expect(await tokenBalance(chain, signerAddress(chain.account!))).toBe(tokens);
    await openChannel(chain, { payee: 2, heavy: 1, amount: 5n });
    expect(windows(wallet)).toEqual(['eth_sendTransaction', 'eth_signTypedData_v4', 'eth_sendTransaction']);
    expect(await readAllowance(chain, chain.deployment.channels!)).toBe(0n);
    // What the contract would refuse is found out before anybody is asked to sign for it, and told by its own name.
    wallet.asked.length = 0;
    await expect(openChannel(chain, { payee: 99, heavy: 1, amount: 5n })).rejects.toMatchObject({ errorName: 'NoSuchPayee', details: { functionName: 'open' } });
    await expect(openChannel(chain, { payee: 2, heavy: 1, amount: tokens })).rejects.toMatchObject({ errorName: 'ERC20InsufficientBalance', args: { balance: tokens - 5n, needed: tokens } });
    expect(windows(wallet)).toEqual([]);
    // Permits are numbered: those for different contracts wait for each other too.
    await Promise.all([openChannel(chain, { payee: 2, heavy: 1, amount: 5n }), addStake(chain, { id: 2, amount: 1n })]);
    expect(windows(wallet)).toEqual(['eth_signTypedData_v4', 'eth_sendTransaction', 'eth_signTypedData_v4', 'eth_sendTransaction']);
  });

  it('that sends batches is asked once for both, and nothing happens when one of them fails', async () => {
    const wallet = walletOf(5, { batches: true });
    const chain = await chainOf(wallet);
    await buyTokens(chain, { coin: COIN });
    wallet.asked.length = 0;
    const { channel } = await openChannel(chain, { payee: 2, heavy: 1, amount: 5n });
    expect(channel).toBeGreaterThan(0n);
    expect(windows(wallet)).toEqual(['wallet_sendCalls']);
    expect(await readAllowance(chain, chain.deployment.channels!)).toBe(0n);
    // Found out before the wallet is asked: no such node, too few tokens.
    wallet.asked.length = 0;
    await expect(openChannel(chain, { payee: 99, heavy: 1, amount: 5n })).rejects.toMatchObject({ code: 'CONTRACT_REVERT' });
    expect(windows(wallet)).toEqual([]);
    const all = await tokenBalance(chain, signerAddress(chain.account!));
    await expect(openChannel(chain, { payee: 2, heavy: 1, amount: all * 2n })).rejects.toMatchObject({ errorName: 'ERC20InsufficientBalance' });
    expect(windows(wallet)).toEqual([]);
    expect(await readAllowance(chain, chain.deployment.channels!)).toBe(0n);
  });

  it('whose owner says no: a sentence, a way on, and nothing sent', async () => {
    const wallet = walletOf(6);
    wallet.refuse(1);
    await expect(fromEip1193(wallet, { chainId: DEV_CHAIN_ID })).rejects.toMatchObject({ code: 'USER_REJECTED', nextStep: expect.any(String) });
    const chain = await chainOf(wallet);
    wallet.refuse();
    await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ name: 'UserRejectedError', code: 'USER_REJECTED' });
    await expect(signPermit(chain, { spender: chain.deployment.market, value: 1n, deadline: 1_900_000_000 })).rejects.toMatchObject({ code: 'USER_REJECTED' });
    await expect(signTyped(chain.account!, chain.domain, 'Session', { ...SESSION, creator: zeroAddress })).rejects.toMatchObject({ code: 'USER_REJECTED' });
    wallet.refuse(0);
    await buyTokens(chain, { coin: COIN });
    wallet.refuse(1);
    await expect(addStake(chain, { id: 2, amount: 1n })).rejects.toMatchObject({ code: 'USER_REJECTED' });
    expect(await readAllowance(chain, chain.deployment.registry)).toBe(0n);
    await addStake(chain, { id: 2, amount: 1n });
    // To the transaction behind the signature: nothing happened, and the next permit is good.
    wallet.asked.length = 0;
    wallet.handling((method) => (method === 'eth_sendTransaction' ? wallet.refuse(1) : undefined));
    await expect(addStake(chain, { id: 2, amount: 1n })).rejects.toMatchObject({ code: 'USER_REJECTED', message: expect.stringContaining('addStake') });
    wallet.handling(undefined);
    await addStake(chain, { id: 2, amount: 1n });
    expect(windows(wallet)).toEqual(['eth_signTypedData_v4', 'eth_sendTransaction', 'eth_signTypedData_v4', 'eth_sendTransaction']);
  });

  it('that another account or chain was selected in is not asked to act', async () => {
    const wallet = walletOf(7);
    const chain = await chainOf(wallet);
    wallet.useAccount(1);
    await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ code: 'WALLET_ACCOUNT', details: { have: devAccount(18, DEV_CHAIN_ID).address } });
    wallet.useAccount(0);
    wallet.goToChain(1);
    await expect(signPermit(chain, { spender: chain.deployment.market, value: 1n, deadline: 1_900_000_000 })).rejects.toMatchObject({ code: 'WRONG_CHAIN', message: expect.stringContaining('Switch the wallet to chain 31337') });
    wallet.lock();
    wallet.goToChain(DEV_CHAIN_ID);
    await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ code: 'WALLET_ACCOUNT', shortMessage: expect.stringContaining('no account') });
    expect(windows(wallet)).toEqual([]);
    await expect(fromEip1193(wallet, { chainId: DEV_CHAIN_ID, isSilent: true })).rejects.toMatchObject({ code: 'WALLET_LOCKED' });
    await buyTokens(await chainOf(wallet), { coin: COIN });
  });

  it('on another chain is refused, called over, and told of a chain that it does not know', async () => {
    const wallet = walletOf(8, { chainId: 1, knownChains: [1] });
    await expect(fromEip1193(wallet, { chainId: DEV_CHAIN_ID })).rejects.toMatchObject({ code: 'WRONG_CHAIN', details: { have: 1, need: DEV_CHAIN_ID } });
    const network = { chainId: DEV_CHAIN_ID, name: 'Holdfast devnet', rpcUrls: [holdfast.rpcUrl] };
    wallet.refuse(1);
    await expect(switchWalletChain(wallet, network)).rejects.toMatchObject({ code: 'USER_REJECTED' });
    await switchWalletChain(wallet, network);
    expect(wallet.asked).toContain('wallet_addEthereumChain');
    await buyTokens(await chainOf(wallet), { coin: COIN });
  });

  it('that signs differently each time cannot give the key to files, and says so', async () => {
    const wallet = walletOf(9, { isRandom: true });
    const signer = await fromEip1193(wallet, { chainId: DEV_CHAIN_ID });
    const creator = signerAddress(signer);
    const key = masterFromWallet(nodePlatform, { signer, creator, domain: { name: 'Holdfast', version: '1', chainId: DEV_CHAIN_ID, verifyingContract: zeroAddress } });
    await expect(key).rejects.toMatchObject({ code: 'NON_DETERMINISTIC_WALLET', nextStep: expect.stringContaining('phrase') });
  });

  it('that signs no typed data still spends, by an approval', async () => {
    const wallet = walletOf(10, { isPlain: true });
    const chain = await chainOf(wallet);
    await expect(signPermit(chain, { spender: chain.deployment.market, value: 1n, deadline: 1_900_000_000 })).rejects.toMatchObject({ code: 'WALLET_UNABLE' });
    await approveTokens(chain, { spender: chain.deployment.market, amount: 3n });
    expect(await readAllowance(chain, chain.deployment.market)).toBe(3n);
  });
});

describe('what a wallet shows', () => {
  it('begins with a sentence that says what it is for, in words and in UTC', async () => {
    const wallet = walletOf(11);
    const signer = await fromEip1193(wallet, { chainId: DEV_CHAIN_ID });
    const shown: string[] = [];
    const request = wallet.request.bind(wallet);
    const spy = { ...wallet, request: (args: { method: string; params?: unknown }) => {
      if (args.method === 'eth_signTypedData_v4') shown.push((JSON.parse((args.params as string[])[1]!) as { message: { statement: string } }).message.statement);
      return request(args);
    } };
    const account = await fromEip1193(spy, { chainId: DEV_CHAIN_ID });
    await signTyped(account, { name: 'Holdfast', version: '1', chainId: DEV_CHAIN_ID, verifyingContract: zeroAddress }, 'Session', { ...SESSION, creator: signerAddress(signer) });
    expect(shown).toEqual(['Lets this program store and read files in agreement 7 until 2030-03-17 17:46 UTC. It cannot spend tokens.']);
  });
});

describeOddWallets(() => holdfast);
