/** Gives and takes, earned and paid, and who holds a copy of what: from the chain, the catalog, and the service's last report. */
import { isAddressEqual, getAbiItem } from 'viem';
import { currentEpoch, currentPeriod } from '../chain/current-epoch.ts';
import { periodStart } from '../chain/epoch.ts';
import { OPENED } from '../chain/events.ts';
import { marketAbi, rewardsAbi } from '../chain/generated/abi.ts';
import { readLogs, readMarketEvents } from '../chain/logs.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import { owedTo, tokenBalance } from '../chain/read-money.ts';
import { slotsOfProvider } from '../chain/slots-of-provider.ts';
import type { NodeClient as Client } from '../client/client.ts';
import { geometry } from '../codec/geometry.ts';
import { earningsOf } from '../provider/earnings.ts';
import { reservedBytes } from './plan.ts';
import { loadReport, loadState } from './state.ts';
import { runningAgreements } from './taken.ts';
import { agreementsOf } from '../chain/agreements-of.ts';

/** All amounts are token units, exact as of the running epoch's begin. */
export interface Money {
  /** Rent for own given space: settled, and proven but not settled; both after fees. */
  readonly earned: bigint;
  readonly unsettled: bigint;
  /** The heavy nodes' share of what was settled, with the part of it that is burned. */
  readonly fees: bigint;
  readonly rewarded: bigint;
  /** Rent that left the wallet, and refunds and compensations that came back or are owed. */
  readonly paid: bigint;
  readonly returned: bigint;
  /** Part of `paid` that is for epochs to come. */
  readonly prepaid: bigint;
  readonly slashed: bigint;
  /** earned + unsettled + rewarded + returned + prepaid - paid - slashed. With equal give and take: minus the fees, plus rewards. */
  readonly net: bigint;
  readonly stake: bigint;
  readonly wallet: bigint;
}

/** A market so busy that each reading meets something: the last one is shown. */
const READ_TRIES = 5;

/** Amounts of one moment: read again when the market did something meanwhile. */
export async function moneyOf(client: Client, id: number | undefined): Promise<Money> {
  const { chain } = client;
  const head = (): Promise<bigint> => chain.ask('the latest block', (one) => one.getBlockNumber());
  for (let attempt = 1; ; attempt++) {
    const before = await head();
    const money = await readMoney(client, id);
    const toBlock = await head();
    if (attempt === READ_TRIES || toBlock <= before || (await readMarketEvents(chain, { fromBlock: before + 1n, toBlock })).length === 0) return money;
  }
}

async function readMoney(client: Client, id: number | undefined): Promise<Money> {
  const { chain, creator } = client;
  const [earnings, fees, rewarded, out, returned, prepaid, wallet] = await Promise.all([
    id === undefined ? undefined : earningsOf(chain, id),
    id === undefined ? 0n : feesOf(client, id),
    id === undefined ? 0n : rewardsOf(client, id),
    paidBy(client),
    returnedTo(client),
    prepaidOf(client),
    tokenBalance(chain, creator),
  ]);
  const { earned, unsettled, slashed, stake } = earnings ?? { earned: 0n, unsettled: 0n, slashed: 0n, stake: 0n };
  const net = earned + unsettled + rewarded + returned + prepaid - out - slashed;
  return { earned, unsettled, fees, rewarded, paid: out, returned, prepaid, slashed, net, stake, wallet };
}

/** What heavy nodes got, and what was burned of it. */
async function feesOf({ chain }: Client, provider: number): Promise<bigint> {
  const [logs, burned] = await Promise.all([
    readLogs(chain, { event: getAbiItem({ abi: marketAbi, name: 'Settled' }), args: { provider } }),
    chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'burnedFor', args: [provider] }),
  ]);
  return logs.reduce((sum, { args }) => sum + args.fee + args.parentFee, burned);
}

async function rewardsOf({ chain }: Client, id: number): Promise<bigint> {
  const { rewards } = chain.deployment;
  if (rewards === undefined) return 0n;
  const logs = await readLogs(chain, { event: getAbiItem({ abi: rewardsAbi, name: 'Rewarded' }), address: rewards, args: { id } });
  return logs.reduce((sum, { args }) => sum + args.amount, 0n);
}

/** What agreements of this creator cost, as far as it paid itself. */
async function paidBy({ chain, creator }: Client): Promise<bigint> {
  const opened = await readLogs(chain, { event: OPENED, args: { creator } });
  const ids = opened.map(({ args }) => args.id);
  const [grown, extended] = ids.length === 0 ? [[], []] : await Promise.all([
    readLogs(chain, { event: getAbiItem({ abi: marketAbi, name: 'Grown' }), args: { id: ids } }),
    readLogs(chain, { event: getAbiItem({ abi: marketAbi, name: 'Extended' }), args: { id: ids } }),
  ]);
  const own = extended.filter(({ args }) => isAddressEqual(args.payer, creator));
  return [...opened, ...grown, ...own].reduce((sum, { args }) => sum + args.paid, 0n);
}

async function returnedTo({ chain, creator }: Client): Promise<bigint> {
  const [paid, owed] = await Promise.all([readLogs(chain, { event: getAbiItem({ abi: marketAbi, name: 'AccountPaid' }), args: { account: creator } }), owedTo(chain, creator)]);
  return paid.reduce((sum, { args }) => sum + args.amount, owed);
}

async function prepaidOf(client: Client): Promise<bigint> {
  const { chain } = client;
  const epoch = await currentEpoch(chain);
  const running = await runningAgreements(client, await agreementsOf(chain, client.creator));
  return running.reduce((total, { state }) => {
    const perEpoch = state.slots.reduce((sum, { rent }) => sum + rent, 0n);
    return total + perEpoch * BigInt(periodStart(chain.clock, state.endPeriod) - epoch);
  }, 0n);
}

export interface Copy {
  readonly slot: number;
  readonly provider: number;
  readonly region: number;
  readonly endpoint: string;
  /** On this node's own disk: counts as no copy. */
  readonly isOwn: boolean;
  readonly isFaulted: boolean;
}

export interface StoredObject {
  readonly name: string;
  readonly folder: string;
  /** Null: only here so far. */
  readonly agreement: number | null;
  readonly scheme: string | null;
  readonly bytes: number;
  readonly files: number;
  readonly storedMs: number | null;
  /** In slot order; none while alone. */
  readonly copies: readonly Copy[];
  /** With full copies: how many complete ones healthy providers of other owners hold. */
  readonly copiesElsewhere: number;
  readonly endPeriod: number | null;
}

export interface Statement {
  readonly provider: number | null;
  /** `alone`: every copy is here. */
  readonly state: 'alone' | 'placed' | 'leaving';
  readonly gives: { readonly bytes: bigint; readonly promisedBytes: bigint };
  readonly takes: { readonly bytes: bigint; readonly limitBytes: bigint };
  readonly money: Money;
  readonly objects: readonly StoredObject[];
  readonly problems: Readonly<Record<string, string>>;
  /** When the service last looked, milliseconds since 1970; null: it never ran here. */
  readonly lookedMs: number | null;
}

export async function statementOf(client: Client): Promise<Statement> {
  const { chain, creator, store } = client;
  const [report, state, id] = await Promise.all([loadReport(store), loadState(store), nodeIdOf(chain, creator)]);
  const [money, promisedBytes, period] = await Promise.all([moneyOf(client, id), id === undefined ? 0n : promisedBy(client, id), currentPeriod(chain)]);
  const running = await runningAgreements(client, await agreementsOf(chain, creator));
  const views = new Map(running.map((view) => [view.id, view]));
  const limitBytes = BigInt(report?.giveBytes ?? 0);
  const objects = (report?.folders ?? []).map(({ name, folder }): StoredObject => {
    const stored = state.folders[name];
    const view = stored === undefined ? undefined : views.get(stored.agreement);
    if (stored === undefined || view === undefined || view.state.endPeriod <= period) {
      return { name, folder, agreement: null, scheme: null, bytes: stored?.bytes ?? 0, files: stored?.files ?? 0, storedMs: null, copies: [], copiesElsewhere: 0, endPeriod: null };
    }
    const { k, m, slots, endPeriod } = view.state;
    const copies = view.hosts.map(({ slot, provider, region, endpoint, operator }): Copy => ({ slot, provider, region, endpoint, isOwn: isAddressEqual(operator, creator), isFaulted: slots[slot]?.faulted ?? false }));
    const healthy = copies.filter(({ isOwn, isFaulted }) => !isOwn && !isFaulted).length;
    return { name, folder, agreement: view.id, scheme: `${k}+${m}`, bytes: stored.bytes, files: stored.files, storedMs: stored.storedMs, copies, copiesElsewhere: Math.floor(healthy / k), endPeriod };
  });
  return {
    provider: id ?? null,
    state: state.isLeaving ? 'leaving' : objects.some(({ agreement }) => agreement !== null) ? 'placed' : 'alone',
    gives: { bytes: limitBytes, promisedBytes },
    takes: { bytes: running.filter((view) => !state.closed.includes(view.id)).reduce((sum, view) => sum + reservedBytes(view.state), 0n), limitBytes },
    money, objects,
    problems: report?.problems ?? {},
    lookedMs: report?.lookedMs ?? null,
  };
}

/** Bytes that others (and the own agreements) reserve here now. */
async function promisedBy({ chain }: Client, provider: number): Promise<bigint> {
  const period = await currentPeriod(chain);
  const agreements = await Promise.all([...new Set((await slotsOfProvider(chain, provider)).map(({ agreement }) => agreement))].map((agreement) => readAgreement(chain, agreement)));
  return agreements.filter(({ endPeriod }) => endPeriod > period).reduce((sum, state) => sum + BigInt(state.quota) * BigInt(geometry(state).fragmentSize), 0n);
}
