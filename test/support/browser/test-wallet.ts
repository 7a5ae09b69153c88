/** A wallet as a page meets it (EIP-1193, EIP-5792), with devnet accounts' real keys; the test is the person at it. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, createPublicClient, createWalletClient, hashTypedData, hexToBigInt, hexToBytes, http, numberToHex } from 'viem';
import type { Address, HDAccount, Hex, LocalAccount } from 'viem';
import { hardhat } from 'viem/chains';
import { DEV_CHAIN_ID, devAccount } from '../../../offchain/chain/dev-accounts.ts';
import { type Call, sendAsOne } from './batch-account.ts';

type Listener = (value: never) => void;

export interface TestWallet {
  readonly name: string;
  readonly rdns: string;
  /** Methods it was asked for so far; those that opened a window among them. */
  readonly asked: string[];
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  /** The person says no (4001) to the next `times` windows; to all until called with 0. */
  refuse(times?: number): void;
  address(index: number): Address;
  /** The person selects another account. */
  useAccount(index: number): void;
  /** The person goes to another chain. */
  goToChain(chainId: number): void;
  lock(): void;
  /** The person unlocks it by itself, not for this page. */
  unlock(): void;
  /** Called before a window is answered: what happens while it is open. */
  handling(act: ((method: string) => void | Promise<void>) | undefined): void;
}

export interface TestWalletOptions {
  readonly rpcUrl: string;
  /** Devnet accounts by index, or keys; the first one is selected. */
  readonly accounts: readonly (number | LocalAccount)[];
  readonly name?: string;
  readonly rdns?: string;
  readonly chainId?: number;
  /** Chains that it knows; DEV_CHAIN_ID where absent. */
  readonly knownChains?: readonly number[];
  /** Sends batches as one. */
  readonly batches?: boolean;
  /** Signs no typed data. */
  readonly isPlain?: boolean;
  /** Valid signatures that differ each time. */
  readonly isRandom?: boolean;
}

const WINDOWS = /^(eth_requestAccounts|eth_sendTransaction|eth_signTypedData_v4|personal_sign|wallet_sendCalls|wallet_switchEthereumChain|wallet_addEthereumChain)$/;

export function createTestWallet(options: TestWalletOptions): TestWallet {
  const { rpcUrl, name = 'Test wallet', rdns = 'test.holdfast.wallet', batches = false } = options;
  const rpc = createPublicClient({ chain: hardhat, transport: http(rpcUrl), pollingInterval: 50, cacheTime: 0 });
  const accounts = options.accounts.map((one) => (typeof one === 'number' ? (devAccount(one, DEV_CHAIN_ID) as LocalAccount) : one));
  const known = new Set(options.knownChains ?? [DEV_CHAIN_ID]);
  const listeners = new Map<string, Set<Listener>>();
  const sentBatches = new Map<string, Hex>();
  const asked: string[] = [];
  let [selected, chainId, isAllowed, isLocked, refusals] = [0, options.chainId ?? DEV_CHAIN_ID, false, false, 0];
  let act: ((method: string) => void | Promise<void>) | undefined;

  const visible = (): Address[] => (isAllowed && !isLocked ? [accounts[selected]!.address] : []);
  const emit = (event: string, value: unknown): void => listeners.get(event)?.forEach((listener) => listener(value as never));
  const accountOf = (address: unknown): LocalAccount => {
    const account = accounts.find((one) => one.address.toLowerCase() === String(address).toLowerCase());
    if (account === undefined || !isAllowed || isLocked) throw failure(4100, 'The account is not authorised.');
    return account;
  };
  const clientOf = (address: unknown) => createWalletClient({ account: accountOf(address), chain: hardhat, transport: http(rpcUrl) });
  const goTo = (id: number): void => {
    chainId = id;
    emit('chainChanged', numberToHex(id));
  };
  const receiptOf = async (hash: Hex) => rpc.request({ method: 'eth_getTransactionReceipt', params: [hash] });

  // Each takes the parameters that its method has in the standards.
  const methods: Readonly<Record<string, (params: any) => unknown>> = {
    eth_requestAccounts: () => {
      [isAllowed, isLocked] = [true, false];
      return visible();
    },
    eth_accounts: visible,
    eth_chainId: () => numberToHex(chainId),
    wallet_revokePermissions: () => {
      isAllowed = false;
      return null;
    },
    wallet_switchEthereumChain: ([{ chainId: id }]: [{ chainId: Hex }]) => {
      if (!known.has(Number(id))) throw failure(4902, 'Unrecognized chain ID.');
      goTo(Number(id));
      return null;
    },
    wallet_addEthereumChain: ([{ chainId: id }]: [{ chainId: Hex }]) => {
      known.add(Number(id));
      goTo(Number(id));
      return null;
    },
    personal_sign: ([raw, address]: [Hex, Address]) => accountOf(address).signMessage({ message: { raw } }),
    eth_signTypedData_v4: ([address, json]: [Address, string]) => {
      if (options.isPlain === true) throw failure(4200, 'This wallet signs no typed data.');
      const account = accountOf(address);
      const data = JSON.parse(json) as never;
      return options.isRandom === true ? signAtRandom(account, hashTypedData(data)) : account.signTypedData(data);
    },
    eth_sendTransaction: ([{ from, to, data, value, gas }]: [Partial<Record<'from' | 'to' | 'data' | 'value' | 'gas', Hex>>]) =>
      clientOf(from).sendTransaction({ ...(to === undefined ? {} : { to }), ...(data === undefined ? {} : { data }), ...(value === undefined ? {} : { value: hexToBigInt(value) }), ...(gas === undefined ? {} : { gas: hexToBigInt(gas) }) }),
    ...(batches ? {
      wallet_getCapabilities: () => ({ [numberToHex(DEV_CHAIN_ID)]: { atomic: { status: 'supported' } } }),
      wallet_sendCalls: async ([{ from, calls }]: [{ from: Address; calls: readonly Call[] }]) => {
        const hash = await sendAsOne(rpc, clientOf(from), calls);
        sentBatches.set(hash, hash);
        return { id: hash };
      },
      wallet_getCallsStatus: async ([id]: [string]) => {
        const hash = sentBatches.get(id);
        if (hash === undefined) throw failure(5730, 'Unknown batch.');
        const receipt = await receiptOf(hash);
        const status = receipt === null ? 100 : receipt.status === '0x1' ? 200 : 500;
        return { version: '2.0.0', id, chainId: numberToHex(chainId), status, atomic: true, ...(receipt === null ? {} : { receipts: [receipt] }) };
      },
    } : {}),
  };

  return {
    name, rdns, asked,
    async request({ method, params }) {
      asked.push(method);
      const isWindow = WINDOWS.test(method);
      if (isWindow) await act?.(method);
      if (isWindow && refusals > 0) {
        refusals--;
        throw failure(4001, 'User rejected the request.');
      }
      const own = methods[method];
      if (own !== undefined) return await own((params ?? []) as unknown[]);
      if (/^(wallet|personal|eth_sign|eth_sendTransaction)/.test(method)) throw failure(4200, `The wallet does not support ${method}.`);
      return rpc.request({ method, params: params ?? [] } as never);
    },
    on: (event, listener) => {
      const some = listeners.get(event) ?? new Set();
      listeners.set(event, some.add(listener));
    },
    removeListener: (event, listener) => listeners.get(event)?.delete(listener),
    refuse: (times = Infinity) => void (refusals = times),
    address: (index) => accounts[index]!.address,
    useAccount: (index) => {
      selected = index;
      emit('accountsChanged', visible());
    },
    goToChain: goTo,
    lock: () => {
      isLocked = true;
      emit('accountsChanged', []);
    },
    unlock: () => {
      isLocked = false;
      emit('accountsChanged', visible());
    },
    handling: (next) => void (act = next),
  };
}

function signAtRandom(account: LocalAccount, digest: Hex): Hex {
  const key = (account as HDAccount).getHdKey().privateKey!;
  const [recovery, ...rs] = secp256k1.sign(hexToBytes(digest), key, { prehash: false, extraEntropy: true, format: 'recovered' });
  return bytesToHex(Uint8Array.from([...rs, 27 + recovery!]));
}

function failure(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
