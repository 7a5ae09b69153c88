/** Wallets that do what no standard knows, or keep to the standards where others do not: nothing is spent twice, and each has a sentence. */
import { type Hex, concatHex, hexToBigInt, numberToHex, parseEther, slice, zeroAddress } from 'viem';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readAllowance } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { tokenAbi } from '../../offchain/chain/generated/abi.ts';
import { openChannel } from '../../offchain/chain/open-channel.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { signPermit } from '../../offchain/chain/sign-permit.ts';
import type { AnySend } from '../../offchain/chain/send.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { sendBatch } from '../../offchain/chain/wallet/batch.ts';
import { fromEip1193 } from '../../offchain/chain/wallet/from-eip1193.ts';
import { expandSignature } from '../../offchain/wire/compact-signature.ts';
import { signTyped, signerAddress } from '../../offchain/wire/typed-data.ts';
import { type TestWallet, createTestWallet } from '../support/browser/test-wallet.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

const COIN = parseEther('0.1');
const PRICE = 5n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

type Request = TestWallet['request'];
/** Answers in the wallet's place; `ask` asks the wallet itself. */
type Answer = (ask: () => Promise<unknown>, params: unknown) => unknown;
type Answers = Readonly<Record<string, Answer>>;

function oddWallet(holdfast: TestHoldfast, account: number, answers: Answers): TestWallet {
  const wallet = createTestWallet({ rpcUrl: holdfast.rpcUrl, accounts: [account, 18], batches: true });
  const plain: Request = wallet.request.bind(wallet);
  return { ...wallet, request: async (args) => {
    const own = answers[args.method];
    if (own === undefined) return plain(args);
    const before = wallet.asked.length;
    const answer = await own(() => plain(args), args.params);
    if (wallet.asked.length === before) wallet.asked.push(args.method);
    return answer;
  } };
}

async function spenderOf(holdfast: TestHoldfast, account: number, answers: Answers): Promise<{ wallet: TestWallet; chain: Chain; tokens: () => Promise<bigint> }> {
  const wallet = oddWallet(holdfast, account, answers);
  const chain = await createChain({ rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment, account: await fromEip1193(wallet, { chainId: DEV_CHAIN_ID }), pollMs: 20 });
  await buyTokens(chain, { coin: COIN });
  wallet.asked.length = 0;
  return { wallet, chain, tokens: () => tokenBalance(chain, signerAddress(chain.account!)) };
}

const windows = (wallet: TestWallet): string[] => wallet.asked.filter((method) => /send|sign/i.test(method));
function failing(code: number): Answer {
  return () => {
    throw Object.assign(new Error('no'), { code });
  };
}
const status = (over: object) => ({ wallet_getCallsStatus: async (ask: () => Promise<unknown>) => ({ ...(await ask() as object), ...over }) });

/** `world`: with node 1 as heavy node and node 2 below it. Accounts 3 to 16 of the devnet are used. */
export function describeOddWallets(world: () => TestHoldfast): void {
  const odd = (account: number, answers: Answers): TestWallet => oddWallet(world(), account, answers);
  const spender = (account: number, answers: Answers): ReturnType<typeof spenderOf> => spenderOf(world(), account, answers);
  afterEach(() => void vi.useRealTimers());

  describe('a wallet that took a batch', () => {
    it.each([
      ['cannot tell what became of it', 3, { wallet_getCallsStatus: failing(4200) }, { code: 'BATCH_UNKNOWN', retryable: false }],
      ['loses its name', 4, { wallet_sendCalls: async (ask: () => Promise<unknown>) => (await ask(), null) }, { code: 'BATCH_UNKNOWN', message: expect.stringContaining('look at the wallet') }],
      ['has no transaction for it', 5, status({ receipts: [] }), { code: 'BATCH_UNKNOWN', shortMessage: expect.stringContaining('not in which transaction') }],
      ['tells of it what nobody knows', 6, status({ status: 777 }), { code: 'BATCH_UNKNOWN', shortMessage: expect.stringContaining('777') }],
      ['carried out a part of it', 7, status({ status: 600 }), { code: 'BATCH_IN_PART', details: { hashes: [expect.stringMatching(/^0x[0-9a-f]{64}$/)] } }],
    ] as const)('and %s: nothing is sent again', async (_what, account, answers, failure) => {
      const { wallet, chain, tokens } = await spender(account, answers);
      const before = await tokens();
      await expect(openChannel(chain, { payee: 2, heavy: 1, amount: PRICE })).rejects.toMatchObject(failure);
      expect([windows(wallet), before - (await tokens())]).toEqual([['wallet_sendCalls'], PRICE]);
    });

    it('and never finishes it is waited for only so long; one that was dropped may be sent again', async () => {
      const { chain, wallet } = await spender(8, status({ status: 100 }));
      const approve = { address: chain.deployment.token, abi: tokenAbi, functionName: 'approve', args: [chain.deployment.market, 1n] } as unknown as AnySend;
      await expect(sendBatch(chain, [approve], { timeoutMs: 100 })).rejects.toMatchObject({ code: 'BATCH_UNKNOWN', shortMessage: expect.stringContaining('after 0.1 s') });
      const dropped = await spender(9, { wallet_sendCalls: () => ({ id: '0x01' }), wallet_getCallsStatus: () => ({ version: '2.0.0', id: '0x01', chainId: '0x7a69', status: 400, atomic: true }) });
      await expect(openChannel(dropped.chain, { payee: 2, heavy: 1, amount: PRICE })).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', retryable: true });
      expect([windows(wallet), windows(dropped.wallet)]).toEqual([['wallet_sendCalls'], ['wallet_sendCalls']]);
    });
  });

  describe('a wallet without batches', () => {
    const PERMITTED = ['eth_signTypedData_v4', 'eth_sendTransaction'];
    const APPROVED = ['eth_sendTransaction', 'eth_sendTransaction'];
    const NO_BATCH: Answers = { wallet_getCapabilities: failing(4200) };
    const signedByAnother: Answer = () => devAccount(3, DEV_CHAIN_ID).signMessage({ message: 'another key' });
    it.each([
      ['knows no capabilities', 10, NO_BATCH, PERMITTED],
      ['answers with nonsense', 11, { wallet_getCapabilities: () => 'yes' }, PERMITTED],
      ['would have to change its account', 12, { wallet_getCapabilities: () => ({ '0x7a69': { atomic: { status: 'ready' } } }) }, PERMITTED],
      ['promised them, and refuses', 13, { wallet_sendCalls: failing(5760) }, PERMITTED],
      ['signs no typed data either', 10, { ...NO_BATCH, eth_signTypedData_v4: failing(4200) }, APPROVED],
      ['signs with another key than its account, as those of contracts do', 11, { ...NO_BATCH, eth_signTypedData_v4: signedByAnother }, ['eth_signTypedData_v4', ...APPROVED]],
      ['signs what no token takes, as those of contracts do', 12, { ...NO_BATCH, eth_signTypedData_v4: () => `0x${'11'.repeat(200)}` }, ['eth_signTypedData_v4', ...APPROVED]],
    ] as const)('that %s is asked for one thing after the other', async (_what, account, answers, asked) => {
      const { wallet, chain, tokens } = await spender(account, answers);
      const before = await tokens();
      await openChannel(chain, { payee: 2, heavy: 1, amount: PRICE });
      expect([windows(wallet), before - (await tokens())]).toEqual([asked, PRICE]);
    });

    it('whose account is a contract is not asked for a signature; one that only points to code is (EIP-7702)', async () => {
      const account = devAccount(13, DEV_CHAIN_ID).address;
      const setCode = (code: Hex) => chain.public.request({ method: 'hardhat_setCode', params: [account, code] } as never);
      // Without its code while it sends: the key acts for the contract.
      const sending = (code: Hex): Answer => async (ask) => {
        await setCode('0x');
        return ask().finally(() => setCode(code));
      };
      const answers: Record<string, Answer> = { ...NO_BATCH };
      const { wallet, chain } = await spender(13, answers);
      for (const [code, asked] of [['0x00', APPROVED], [`0xef0100${account.slice(2)}`, PERMITTED]] as const) {
        answers['eth_sendTransaction'] = sending(code);
        wallet.asked.length = 0;
        await setCode(code);
        await openChannel(chain, { payee: 2, heavy: 1, amount: PRICE });
        expect(windows(wallet)).toEqual(asked);
      }
      await setCode('0x');
    });

    it('that another process took the permit\'s number from is asked for an approval, and nothing is lost', async () => {
      const answers: Record<string, Answer> = { ...NO_BATCH };
      const { wallet, chain, tokens } = await spender(14, answers);
      const other = await world().as(14);
      answers['eth_signTypedData_v4'] = async (ask) => {
        const signature = await ask();
        const { value, deadline, v, r, s } = await signPermit(other, { spender: other.deployment.market, value: 1n, deadline: 1_900_000_000 });
        await other.send({ address: other.deployment.token, abi: tokenAbi, functionName: 'permit', args: [signerAddress(other.account!), other.deployment.market, value, deadline, v, r, s] });
        return signature;
      };
      const before = await tokens();
      await openChannel(chain, { payee: 2, heavy: 1, amount: PRICE });
      expect([windows(wallet), before - (await tokens())]).toEqual([['eth_signTypedData_v4', ...APPROVED], PRICE]);
    });
  });

  describe('a wallet whose answers', () => {
    const DOMAIN = { name: 'Holdfast', version: '1', chainId: DEV_CHAIN_ID, verifyingContract: zeroAddress } as const;
    const MESSAGE = { agreement: 7, expiry: 1_900_000_000, creator: zeroAddress };
    const signed = async (answers: Answers): Promise<Hex> => signTyped(await fromEip1193(odd(14, answers), { chainId: DEV_CHAIN_ID }), DOMAIN, 'Session', MESSAGE);
    const typed = (answer: (ask: () => Promise<unknown>, params: unknown) => unknown): Answers => ({ eth_signTypedData_v4: answer });

    it.each([null, 5, 'hello', {}, '0x'])('are no signature (%j) is told so', async (answer) => {
      await expect(signed(typed(() => answer))).rejects.toMatchObject({ code: expect.stringMatching(/^(WALLET_ANSWER|BAD_SIGNATURE_FORMAT)$/), nextStep: expect.any(String) });
    });

    it('are the other form of a signature (high s, v of 0 and 1) signs as any', async () => {
      const usual = await signed({});
      const high = async (ask: () => Promise<unknown>): Promise<Hex> => {
        const signature = (await ask()) as Hex;
        return concatHex([slice(signature, 0, 32), numberToHex(ORDER - hexToBigInt(slice(signature, 32, 64)), { size: 32 }), slice(signature, 64) === '0x1b' ? '0x01' : '0x00']);
      };
      expect(await signed(typed(high))).toBe(usual);
    });

    it('are signatures of another chain, of another key behind a contract, or of nobody are refused', async () => {
      const ofChain = signTyped(devAccount(14, DEV_CHAIN_ID), { ...DOMAIN, chainId: 1 }, 'Session', MESSAGE);
      const ofKey = signTyped(devAccount(3, DEV_CHAIN_ID), DOMAIN, 'Session', MESSAGE);
      for (const other of [expandSignature(await ofChain), expandSignature(await ofKey), `0x${'ff'.repeat(31)}01${'11'.repeat(32)}1b` as Hex]) {
        await expect(signed(typed(() => other))).rejects.toMatchObject({ code: 'NOT_THE_ACCOUNTS_SIGNATURE', nextStep: expect.stringContaining('ERC-1271') });
      }
      await expect(signed(typed(() => `0x${'11'.repeat(200)}`))).rejects.toMatchObject({ code: 'BAD_SIGNATURE_FORMAT', nextStep: expect.stringContaining('contract wallets') });
    });

    it('come after its owner selected another account are refused, although they are signatures', async () => {
      const wallet: TestWallet = odd(14, typed(async () => {
        wallet.useAccount(1);
        return expandSignature(await signTyped(devAccount(18, DEV_CHAIN_ID), DOMAIN, 'Session', MESSAGE));
      }));
      const signer = await fromEip1193(wallet, { chainId: DEV_CHAIN_ID });
      await expect(signTyped(signer, DOMAIN, 'Session', MESSAGE)).rejects.toMatchObject({ code: 'WALLET_ACCOUNT', details: { have: devAccount(18, DEV_CHAIN_ID).address } });
    });

    it.each([null, true, '0x12', [], { hash: '0x' }])('to a transaction are none (%j) leaves no doubt that it may have been sent', async (answer) => {
      const account = await fromEip1193(odd(15, { eth_sendTransaction: () => answer }), { chainId: DEV_CHAIN_ID });
      const chain = await createChain({ rpcUrls: [world().rpcUrl], deployment: world().deployment, account });
      await expect(buyTokens(chain, { coin: COIN })).rejects.toMatchObject({ code: 'WALLET_ANSWER', nextStep: expect.stringContaining('may have been sent') });
      expect(await readAllowance(chain, chain.deployment.market)).toBe(0n);
    });

    it.each([
      ['eth_requestAccounts', [null, 5, { 0: zeroAddress }, 'x', ['0x12'], [zeroAddress.slice(0, 40)], [{}]], 'WALLET_LOCKED'],
      ['eth_chainId', [null, 'x', {}, [], true, '0x', -1], 'WRONG_CHAIN'],
    ] as const)('to %s are of the wrong kind is not connected', async (method, all, code) => {
      for (const answer of all) await expect(fromEip1193(odd(16, { [method]: () => answer }), { chainId: DEV_CHAIN_ID })).rejects.toMatchObject({ code });
    });

    it('never come is not waited for, but for those that somebody gives in a window', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const silent = fromEip1193(odd(16, { eth_chainId: () => new Promise(() => undefined) }), { chainId: DEV_CHAIN_ID });
      const refused = expect(silent).rejects.toMatchObject({ code: 'WALLET_SILENT', retryable: true });
      await vi.advanceTimersByTimeAsync(20_000);
      await refused;
      let isConnected = false;
      void fromEip1193(odd(16, { eth_requestAccounts: () => new Promise(() => undefined) }), { chainId: DEV_CHAIN_ID }).finally(() => (isConnected = true));
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(isConnected).toBe(false);
    });
  });
}
