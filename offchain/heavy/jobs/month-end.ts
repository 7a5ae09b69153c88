/** Once a month is over its accounts are closed: what each worker is owed is fixed, then paid by transfers of tokens from the operator's account. */
import { parseAbiItem } from 'viem';
import type { Address, Hex } from 'viem';
import { transferTokens } from '../../chain/approve-tokens.ts';
import { readLogs } from '../../chain/logs.ts';
import { tokenBalance } from '../../chain/read-money.ts';
import type { HeavyContext } from '../context.ts';
import type { Footprint } from '../footprint.ts';
import { settleFees, withdrawAll } from '../money.ts';
import { payOf } from './account.ts';
import type { Accounts } from './accounts.ts';
import { monthAt, monthStart, promisedBy } from './accounts.ts';

const NODE_PAID = parseAbiItem('event NodePaid(uint32 indexed id, address to, uint256 amount)');
const TRANSFER = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
/** The block up to which fees have been shared out. */
const FEES_BLOCK = 'workers-fees-block';
const PAYMENTS_PER_TICK = 16;
/** A payment that was sent has arrived at the RPC by then, or never will. */
const PENDING_BLOCKS = 16n;

/** Closes what is over, pays what is owed. Every step may be repeated: a payment that was sent before a crash is found on the chain. */
export async function endMonths(context: HeavyContext, { accounts, footprint }: { readonly accounts: Accounts; readonly footprint: Footprint }): Promise<void> {
  const { chain, store } = context;
  const month = monthAt(chain.clock, await chain.nowSeconds());
  await beginCount(context);
  const over = await store.workerAccount.count({ where: { state: 'open', month: { lt: month } } });
  if (over > 0) {
    await accounts.flush();
    await close(context, { month, footprint });
  }
  await payOwed(context);
}

/** Fees that were paid out before there was any worker are nobody's. */
async function beginCount(context: HeavyContext): Promise<void> {
  const { store } = context;
  if ((await store.fact.findUnique({ where: { key: FEES_BLOCK } })) !== null) return;
  await store.fact.create({ data: { key: FEES_BLOCK, value: String(await blockNow(context)) } });
}

function blockNow({ chain }: HeavyContext): Promise<bigint> {
  return chain.ask('the latest block', (client) => client.getBlockNumber());
}

async function close(context: HeavyContext, { month, footprint }: { readonly month: number; readonly footprint: Footprint }): Promise<void> {
  const { chain, store, settings, log, id } = context;
  if (settings.paydayPeriods > 0) {
    await settleFees(context, footprint);
    await withdrawAll(context);
  }
  const fact = await store.fact.findUniqueOrThrow({ where: { key: FEES_BLOCK } });
  const toBlock = await blockNow(context);
  const paid = await readLogs(chain, { event: NODE_PAID, args: { id }, fromBlock: BigInt(fact.value) + 1n, toBlock });
  const fees = paid.reduce((sum, { args }) => sum + args.amount, 0n);
  const { shareBps, payPerCpuHour } = settings.workers;
  const rows = await store.workerAccount.findMany({ where: { state: 'open', month: { lt: month } } });
  const totalSeconds = rows.reduce((sum, { deliveredSeconds }) => sum + deliveredSeconds, 0);
  const pool = (fees * BigInt(shareBps)) / 10_000n;
  // All of them or none: the fees of these blocks are shared out once.
  await store.$transaction([
    ...rows.map((row) => {
      const owed = payOf(row, { pool, totalSeconds, payPerCpuHour });
      const promisedSeconds = promisedBy(row, chain.clock, monthStart(chain.clock, row.month + 1));
      const data = { promisedSeconds, sinceSeconds: 0, owed: String(owed), state: owed === 0n ? 'paid' : 'owed' };
      return store.workerAccount.update({ where: { worker_month: { worker: row.worker, month: row.month } }, data });
    }),
    store.fact.update({ where: { key: FEES_BLOCK }, data: { value: String(toBlock) } }),
  ]);
  log.info('workers.month-closed', { month: month - 1, workers: rows.length, totalSeconds, fees, pool });
}

async function payOwed(context: HeavyContext): Promise<void> {
  const { chain, store, account, log } = context;
  const rows = await store.workerAccount.findMany({ where: { state: { in: ['paying', 'owed'] } }, orderBy: [{ state: 'desc' }, { month: 'asc' }], take: PAYMENTS_PER_TICK });
  for (const row of rows) {
    const { worker, month, payout } = row;
    const where = { worker_month: { worker, month } };
    const amount = BigInt(row.owed);
    if (row.state === 'paying') {
      const isOnItsWay = await hasUnmined(context);
      const txHash = await findPayment(context, { payout: payout as Address, amount, fromBlock: row.block ?? chain.deployment.fromBlock });
      if (txHash !== undefined) {
        await store.workerAccount.update({ where, data: { state: 'paid', txHash } });
        continue;
      }
      if (isOnItsWay || (await blockNow(context)) < (row.block ?? 0n) + PENDING_BLOCKS) continue;
    }
    if ((await tokenBalance(chain, account.address)) < amount) {
      log.warn('workers.not-paid', { worker, month, amount, nextStep: `The operator ${account.address} has too few tokens: fees go to the payout address. Send it some.` });
      return;
    }
    const block = await blockNow(context);
    await store.workerAccount.update({ where, data: { state: 'paying', block } });
    await transferTokens(chain, { to: payout as Address, amount });
    const txHash = await findPayment(context, { payout: payout as Address, amount, fromBlock: block });
    await store.workerAccount.update({ where, data: { state: 'paid', txHash: txHash ?? null } });
    log.info('workers.paid', { worker, month, payout, amount, txHash });
  }
}

/** Whether something that this account sent waits for its block: where fees have risen, for as long as they stay up. Another payment would be mined behind it. */
async function hasUnmined({ chain, account: { address } }: HeavyContext): Promise<boolean> {
  const count = (blockTag: 'latest' | 'pending'): Promise<number> => chain.ask('how much this account sent', (client) => client.getTransactionCount({ address, blockTag }));
  return (await count('pending')) > (await count('latest'));
}

/** A transfer of exactly this amount that pays no other row. */
async function findPayment({ chain, store, account }: HeavyContext, what: { readonly payout: Address; readonly amount: bigint; readonly fromBlock: bigint }): Promise<Hex | undefined> {
  const { payout, amount, fromBlock } = what;
  const sent = await readLogs(chain, { event: TRANSFER, address: chain.deployment.token, args: { from: account.address, to: payout }, fromBlock });
  for (const { args, transactionHash } of sent) {
    if (args.value === amount && (await store.workerAccount.count({ where: { txHash: transactionHash } })) === 0) return transactionHash;
  }
  return undefined;
}
