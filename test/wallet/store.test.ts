/** The pages' wallet without React: announcements, connecting, events, and what is remembered. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEV_CHAIN_ID, DEV_MNEMONIC, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { devAccountOf, devChoices } from '../../offchain/dapp/src/wallet/dev-wallet.ts';
import { discoverWallets } from '../../offchain/dapp/src/wallet/discovery.ts';
import type { FoundWallet } from '../../offchain/dapp/src/wallet/discovery.ts';
import { WalletStore } from '../../offchain/dapp/src/wallet/store.ts';
import { type TestWallet, type TestWalletOptions, createTestWallet } from '../support/browser/test-wallet.ts';
import { type TestHoldfast, startHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
beforeAll(async () => {
  holdfast = await startHoldfast();
});
afterAll(() => holdfast?.stop());

/** A window with wallets in it: each answers when it is called, as often as it likes. */
function windowWith(...announcements: readonly unknown[]): EventTarget {
  const place = new EventTarget();
  place.addEventListener('eip6963:requestProvider', () => {
    for (const detail of announcements) place.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  });
  return place;
}

const provider = { request: async () => null };
const info = { uuid: 'a', rdns: 'io.one', name: 'One', icon: 'data:image/png,x' };

describe('discovery', () => {
  const found = (...announcements: readonly unknown[]): readonly FoundWallet[] => {
    let all: readonly FoundWallet[] = [];
    discoverWallets(windowWith(...announcements), (wallets) => (all = wallets))();
    return all;
  };

  it('shows each wallet once, by uuid and by rdns', () => {
    const seen = found({ info, provider }, { info, provider }, { info: { ...info, uuid: 'b' }, provider }, { info: { ...info, rdns: 'io.two' }, provider }, { info: { ...info, uuid: 'c', rdns: 'io.three' }, provider });
    expect(seen.map(({ id }) => id)).toEqual(['io.one', 'io.three']);
  });

  it('believes nothing: odd announcements are passed over, names are cut, pictures from elsewhere are not loaded', () => {
    expect(found(undefined, null, 1, {}, { info, provider: {} }, { info: { ...info, uuid: 1 }, provider }, { info: { ...info, name: ' ' }, provider })).toEqual([]);
    const [wallet] = found({ info: { ...info, name: 'x'.repeat(500), icon: 'https://tracker.example/x.png' }, provider });
    expect(wallet).toMatchObject({ icon: undefined, name: 'x'.repeat(48) });
    expect(found(...Array.from({ length: 100 }, (_, i) => ({ info: { ...info, uuid: String(i), rdns: `io.w${i}` }, provider })))).toHaveLength(24);
  });

  it('takes the wallet from before EIP-6963 where no other is', () => {
    let all: readonly FoundWallet[] = [];
    discoverWallets(Object.assign(windowWith(), { ethereum: provider }), (wallets) => (all = wallets));
    expect(all).toMatchObject([{ id: 'window.ethereum' }]);
    discoverWallets(Object.assign(windowWith({ info, provider }), { ethereum: provider }), (wallets) => (all = wallets));
    expect(all).toMatchObject([{ id: 'io.one' }]);
    const late: EventTarget & { ethereum?: unknown } = windowWith();
    discoverWallets(late, (wallets) => (all = wallets));
    late.ethereum = provider;
    late.dispatchEvent(new Event('ethereum#initialized'));
    expect(all).toMatchObject([{ id: 'window.ethereum' }]);
  });
});

describe("the devnet's accounts", () => {
  it('are there on chain 31337 alone', () => {
    expect(devChoices({ chainId: DEV_CHAIN_ID, devMnemonic: DEV_MNEMONIC })).toHaveLength(9);
    expect(devChoices({ chainId: 1, devMnemonic: DEV_MNEMONIC })).toEqual([]);
    expect(devChoices({ chainId: DEV_CHAIN_ID })).toEqual([]);
    expect(() => devAccountOf({ chainId: 1, devMnemonic: DEV_MNEMONIC }, 'devnet:1')).toThrow('must not be used on chain 1');
    expect(() => devAccountOf({ chainId: DEV_CHAIN_ID, devMnemonic: DEV_MNEMONIC }, 'devnet:0')).toThrow('no such account');
    expect(devAccountOf({ chainId: DEV_CHAIN_ID, devMnemonic: DEV_MNEMONIC }, 'devnet:3').address).toBe(devAccount(3, DEV_CHAIN_ID).address);
  });
});

describe('the store', () => {
  const kept = new Map<string, string>();
  const memory = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };

  function open(options: Partial<TestWalletOptions> = {}, known?: TestWallet): { store: WalletStore; wallet: TestWallet; stop: () => void } {
    const wallet = known ?? createTestWallet({ rpcUrl: holdfast.rpcUrl, accounts: [5, 6], ...options });
    const network = { chainId: DEV_CHAIN_ID, market: holdfast.deployment.market, name: 'Holdfast devnet', rpcUrls: [holdfast.rpcUrl] };
    const place = windowWith({ info: { ...info, rdns: wallet.rdns }, provider: wallet });
    const store = new WalletStore({ network, devMnemonic: DEV_MNEMONIC, place, memory });
    return { store, wallet, stop: store.start() };
  }

  it('connects, follows account and chain, and keeps the signer while nothing changes', async () => {
    kept.clear();
    const { store, wallet } = open();
    expect(store.facts().choices.map(({ id }) => id)).toEqual([wallet.rdns, ...Array.from({ length: 9 }, (_, i) => `devnet:${i + 1}`)]);
    await store.connect(wallet.rdns);
    const { signer, address } = store.facts();
    expect([address, signer?.type]).toEqual([devAccount(5, DEV_CHAIN_ID).address, 'walletClient']);
    wallet.useAccount(0);
    await expect.poll(() => store.facts().signer).toBe(signer);
    wallet.useAccount(1);
    await expect.poll(() => store.facts().address).toBe(devAccount(6, DEV_CHAIN_ID).address);
    expect(store.facts().signer).not.toBe(signer);
    wallet.goToChain(1);
    await expect.poll(() => store.facts()).toMatchObject({ status: 'connected', isWrongNetwork: true, chainId: 1, signer: undefined });
    await store.switchNetwork();
    expect(store.facts()).toMatchObject({ isWrongNetwork: false, chainId: DEV_CHAIN_ID });
    wallet.lock();
    await expect.poll(() => store.facts()).toMatchObject({ status: 'disconnected', error: undefined });
  });

  it('connects again by itself after a reload, without a window, and not after a disconnection', async () => {
    kept.clear();
    const first = open();
    await first.store.connect(first.wallet.rdns);
    first.stop();
    first.wallet.asked.length = 0;
    const again = open({}, first.wallet);
    await expect.poll(() => again.store.facts().status).toBe('connected');
    expect(first.wallet.asked).not.toContain('eth_requestAccounts');
    await again.store.disconnect();
    expect(first.wallet.asked).toContain('wallet_revokePermissions');
    expect(open({}, first.wallet).store.facts().status).toBe('disconnected');
  });

  it('asks again where a window was overlooked or closed, and the first question still counts', async () => {
    kept.clear();
    const { store, wallet } = open();
    const windows = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let opened = 0;
    wallet.handling(() => windows[opened++]?.promise);
    void store.connect(wallet.rdns);
    await expect.poll(() => opened).toBe(1);
    const again = store.connect(wallet.rdns);
    await expect.poll(() => opened).toBe(2);
    windows[1]!.reject(Object.assign(new Error('A window is open already.'), { code: -32_002 }));
    await again;
    expect(store.facts()).toMatchObject({ status: 'connecting', error: { code: 'WALLET_BUSY' } });
    const third = store.connect(wallet.rdns);
    windows[2]!.resolve();
    await third;
    expect(store.facts()).toMatchObject({ status: 'connected', error: undefined });
    const { signer } = store.facts();
    windows[0]!.resolve();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(store.facts().signer).toBe(signer);
    expect(wallet.asked.filter((method) => method === 'eth_requestAccounts')).toHaveLength(3);
  });

  it('gives up where the person says no to the second window', async () => {
    kept.clear();
    const { store, wallet } = open();
    let opened = 0;
    wallet.handling(() => (++opened === 1 ? new Promise(() => undefined) : wallet.refuse(1)));
    void store.connect(wallet.rdns);
    await expect.poll(() => opened).toBe(1);
    await store.connect(wallet.rdns);
    expect(store.facts()).toMatchObject({ status: 'disconnected', error: { code: 'USER_REJECTED' } });
  });

  it('connects by itself when a wallet is unlocked: one that was locked when the page came, or was locked meanwhile', async () => {
    kept.clear();
    const first = open();
    await first.store.connect(first.wallet.rdns);
    first.stop();
    first.wallet.lock();
    const { store, wallet, stop } = open({}, first.wallet);
    await expect.poll(() => store.facts().status).toBe('disconnected');
    expect(store.facts().error).toBeUndefined();
    wallet.asked.length = 0;
    wallet.unlock();
    await expect.poll(() => store.facts().status).toBe('connected');
    wallet.lock();
    await expect.poll(() => store.facts().status).toBe('disconnected');
    wallet.unlock();
    await expect.poll(() => store.facts().status).toBe('connected');
    expect(wallet.asked).not.toContain('eth_requestAccounts');
    await store.disconnect();
    wallet.unlock();
    expect(store.facts().status).toBe('disconnected');
    stop();
  });

  it('connects again a wallet that shows itself late, and one that cannot tell of its chain', async () => {
    kept.clear();
    kept.set('holdfast.wallet', 'io.late');
    const wallet = createTestWallet({ rpcUrl: holdfast.rpcUrl, accounts: [5] });
    await wallet.request({ method: 'eth_requestAccounts' });
    const dumb = { ...wallet, request: (args: { method: string }) => (args.method === 'eth_getCode' ? new Promise(() => undefined) : wallet.request(args)) };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const place = windowWith();
      const network = { chainId: DEV_CHAIN_ID, market: holdfast.deployment.market, name: 'Holdfast devnet', rpcUrls: [holdfast.rpcUrl] };
      const store = new WalletStore({ network, place, memory });
      store.start();
      expect(store.facts()).toMatchObject({ status: 'disconnected', choices: [] });
      place.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info: { ...info, rdns: 'io.late' }, provider: dumb } }));
      expect(store.facts()).toMatchObject({ status: 'connecting', choices: [{ id: 'io.late' }] });
      for (let steps = 0; steps < 20 && store.facts().status === 'connecting'; steps++) await vi.advanceTimersByTimeAsync(1_000);
      expect(store.facts()).toMatchObject({ status: 'connected', isWrongNetwork: false });
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells why it did not connect, and forgets it at the next try', async () => {
    kept.clear();
    const { store, wallet } = open();
    wallet.refuse(1);
    await store.connect(wallet.rdns);
    expect(store.facts()).toMatchObject({ status: 'disconnected', error: { code: 'USER_REJECTED' } });
    await store.connect('io.gone');
    expect(store.facts()).toMatchObject({ status: 'disconnected', error: { code: 'NO_SUCH_WALLET' } });
    await store.connect('devnet:2');
    expect(store.facts()).toMatchObject({ status: 'connected', error: undefined, address: devAccount(2, DEV_CHAIN_ID).address, wallet: { isDev: true } });
  });

  it('tells another chain of the same number', async () => {
    kept.clear();
    const wallet = createTestWallet({ rpcUrl: holdfast.rpcUrl, accounts: [5] });
    const place = windowWith({ info: { ...info, rdns: wallet.rdns }, provider: wallet });
    // An address without code stands for a market on another devnet.
    const network = { chainId: DEV_CHAIN_ID, market: `0x${'ab'.repeat(20)}` as const, name: 'Holdfast devnet', rpcUrls: ['http://127.0.0.1:1'] };
    const store = new WalletStore({ network, place, memory });
    store.start();
    await store.connect(wallet.rdns);
    expect(store.facts()).toMatchObject({ status: 'connected', isWrongNetwork: true, signer: undefined, error: { code: 'WALLET_OTHER_CHAIN', nextStep: expect.stringContaining('http://127.0.0.1:1') } });
  });

  it('counts the windows that wait, and drops answers of a connection that was left', async () => {
    kept.clear();
    const { store, wallet } = open();
    await store.connect(wallet.rdns);
    const { signer, address } = store.facts();
    const seen: number[] = [];
    wallet.handling(() => void seen.push(store.facts().asking));
    if (signer === undefined || 'address' in signer) throw new Error('a wallet was expected');
    await signer.signMessage({ account: address!, message: 'x' });
    expect([seen, store.facts().asking]).toEqual([[1], 0]);
    const slow = open();
    slow.wallet.handling(async () => void (await slow.store.connect('devnet:1')));
    await slow.store.connect(slow.wallet.rdns);
    expect(slow.store.facts()).toMatchObject({ status: 'connected', wallet: { id: 'devnet:1' }, address: devAccount(1, DEV_CHAIN_ID).address });
  });
});
