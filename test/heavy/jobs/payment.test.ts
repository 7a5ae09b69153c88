import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { transferTokens } from '../../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../../offchain/chain/buy-tokens.ts';
import { DEV_CHAIN_ID, devAccount } from '../../../offchain/chain/dev-accounts.ts';
import { tokenBalance } from '../../../offchain/chain/read-money.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { createAccounts } from '../../../offchain/heavy/jobs/accounts.ts';
import { endMonths } from '../../../offchain/heavy/jobs/month-end.ts';
import { openNodeStore } from '../../../offchain/store/open-node-store.ts';
import type { Store } from '../../../offchain/store/open.ts';
import { takeHistory } from '../../support/history.ts';
import type { History } from '../../support/history.ts';
import { startHoldfast } from '../../support/holdfast.ts';
import type { TestHoldfast } from '../../support/holdfast.ts';

const worker = devAccount(5, DEV_CHAIN_ID).address;
const account = devAccount(1, DEV_CHAIN_ID);
const amount = parseEther('1');
let holdfast: TestHoldfast;
let history: History;
let chain: Chain;
let home: string;
let store: Store;

beforeAll(async () => {
  holdfast = await startHoldfast();
  chain = await holdfast.as(1);
  await buyTokens(chain, { coin: amount });
  history = await takeHistory(holdfast.rpcUrl);
  home = await mkdtemp(join(tmpdir(), 'holdfast-payment-'));
  store = await openNodeStore({ home, name: 'heavy' });
});
afterAll(async () => {
  await store.$disconnect();
  await rm(home, { recursive: true, force: true });
  await holdfast.stop();
});

/** What this account sent and the RPC holds back until fees fall. */
let waiting = 0;
const state = async () => (await store.workerAccount.findFirstOrThrow()).state;

/** The local chain mines whatever it takes: its clients are told of what waits at a public node. */
function withQueue(): Chain {
  const count = async (asked: { blockTag?: string }) => (await chain.public.getTransactionCount(asked as never)) + (asked.blockTag === 'pending' ? waiting : 0);
  const ask = (what: string, question: (client: never) => Promise<unknown>) => chain.ask(what, (client) => question({ ...client, getTransactionCount: count } as never));
  return { ...chain, ask } as Chain;
}

async function turn(): Promise<void> {
  const accounts = await createAccounts({ store, clock: chain.clock, nowSeconds: await chain.nowSeconds() });
  await endMonths({ chain: withQueue(), store, account, log: { info: () => undefined, warn: () => undefined } } as never, { accounts, footprint: {} as never });
}

it('a payment that waits for its block while fees are high is not sent again, and counts once it is mined', async () => {
  const block = await chain.public.getBlockNumber({ cacheTime: 0 });
  const promise = { cores: 1, percent: 100, sequence: 1n, sinceSeconds: 0, promisedSeconds: 0, factor: 1 };
  await store.workerAccount.create({ data: { worker: worker.toLowerCase(), month: 0, payout: worker, ...promise, state: 'paying', owed: String(amount), block } });
  await history.mine(20);
  waiting = 1;
  await turn();
  expect([await state(), await tokenBalance(chain, worker)]).toEqual(['paying', 0n]);
  await transferTokens(chain, { to: worker, amount });
  waiting = 0;
  await turn();
  expect([await state(), await tokenBalance(chain, worker)]).toEqual(['paid', amount]);
});

it('one that the RPC lost is sent again', async () => {
  await store.workerAccount.updateMany({ data: { state: 'paying', txHash: null, block: (await chain.public.getBlockNumber({ cacheTime: 0 })) + 1n } });
  await turn();
  expect(await state()).toBe('paying');
  await history.mine(20);
  await turn();
  expect([await state(), await tokenBalance(chain, worker)]).toEqual(['paid', 2n * amount]);
});
