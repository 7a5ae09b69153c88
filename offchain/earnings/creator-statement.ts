/** What a creator paid, what it paid for, and what came back: from the chain alone. All amounts are token units. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { asOf } from '../chain/as-of.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import { owedTo } from '../chain/read-money.ts';
import type { Chain } from '../chain/types.ts';
import { amountsOf, sum } from './amounts.ts';
import { repairerOf } from './calldata.ts';
import type { TermFact } from './facts.ts';
import { agreementsOfCreator, momentOf, potsOf, readHistory } from './history.ts';
import type { History, ReadOptions } from './history.ts';
import { readEvents, topic } from './read-events.ts';
import { readSideSpending } from './side-spending.ts';
import type { SideSpending } from './side-spending.ts';

export interface AgreementMoney {
  readonly agreement: number;
  readonly heavy: number;
  /** The first epoch behind it. */
  readonly endEpoch: number;
  /** Rent that was prepaid: by this address, out of the agreement's pot, and by anybody else (endowments and commons among them). */
  readonly paid: bigint;
  readonly paidFromPot: bigint;
  readonly paidByOthers: bigint;
  /** Rent of proven epochs: gone to providers, and the fee in it. */
  readonly used: bigint;
  readonly fees: bigint;
  /** Rent that came back, and compensation out of slashed stakes. */
  readonly refunded: bigint;
  readonly compensated: bigint;
  /** Prepaid rent of epochs that are not over. */
  readonly ahead: bigint;
  /** Rent of epochs that nobody proved: it comes back when the slot changes hands or is released. */
  readonly waiting: bigint;
  readonly toppedUp: bigint;
  readonly toppedUpByOthers: bigint;
  readonly pot: bigint;
  readonly isLocked: boolean;
}

export interface CreatorStatement extends Omit<AgreementMoney, 'agreement' | 'heavy' | 'endEpoch' | 'isLocked'> {
  readonly creator: Address;
  readonly block: bigint;
  readonly epoch: number;
  readonly agreements: readonly AgreementMoney[];
  /** Paid by `withdraw`, and waiting for it. */
  readonly withdrawn: bigint;
  readonly owed: bigint;
  /** Part of what was credited that is no rent: rewards for reports, bounties for replacements. */
  readonly reports: bigint;
  readonly bounties: bigint;
  /** Credited beyond all that events name: bonds of challenges that came back, with what these won. */
  readonly bonds: bigint;
  readonly side: SideSpending;
}

export interface CreatorAccount {
  readonly statement: CreatorStatement;
  readonly history: History;
}

/** From an address alone. @throws RpcUnavailableError, ChainError UNREADABLE_GROWTH */
export async function readCreatorAccount(chain: Chain, creator: Address, options: ReadOptions = {}): Promise<CreatorAccount> {
  const moment = await momentOf(chain);
  const agreements = await agreementsOfCreator(chain, creator, moment, options);
  const history = await readHistory(chain, agreements, { ...options, moment });
  const [pots, owed, withdrawn, side] = await Promise.all([potsOf(chain, agreements, moment), owedTo(asOf(chain, moment.block), creator), readPaid(chain, creator, history, options), readSideSpending(chain, creator, { ...options, moment })]);
  const list = agreements.map((id) => agreementMoney(history, { agreement: id, creator, market: chain.deployment.market, pot: pots.get(id) ?? 0n }));
  const back = sum(history.terms.map((fact) => (fact.kind === 'refunded' && !fact.isLocked ? fact.amount : fact.kind === 'potTaken' ? fact.amount : 0n)));
  // Who neither reports nor repairs is spared the reading of everybody's.
  const beyond = owed + withdrawn - back;
  const { reports, bounties } = beyond === 0n ? { reports: 0n, bounties: 0n } : await readServices(chain, creator, history, options);
  const total = (key: Exclude<keyof AgreementMoney, 'agreement' | 'heavy' | 'endEpoch' | 'isLocked'>) => sum(list.map((one) => one[key]));
  const statement: CreatorStatement = {
    creator,
    block: moment.block,
    epoch: moment.epoch,
    paid: total('paid'), paidFromPot: total('paidFromPot'), paidByOthers: total('paidByOthers'),
    used: total('used'), fees: total('fees'), refunded: total('refunded'), compensated: total('compensated'),
    ahead: total('ahead'), waiting: total('waiting'),
    toppedUp: total('toppedUp'), toppedUpByOthers: total('toppedUpByOthers'), pot: total('pot'),
    agreements: list,
    withdrawn, owed, reports, bounties, side,
    bonds: beyond - reports - bounties,
  };
  return { statement, history };
}

/** Pure. `pot`: as the contract has it. */
export function agreementMoney(history: History, options: { readonly agreement: number; readonly creator: Address; readonly market: Address; readonly pot: bigint }): AgreementMoney {
  const { agreement, creator, market, pot } = options;
  const { book, moment } = history;
  const facts = history.terms.filter((fact) => fact.agreement === agreement);
  const opened = facts.find((fact) => fact.kind === 'opened');
  const amounts = book.tenures.filter((one) => one.agreement === agreement).map((tenure) => amountsOf(history, tenure));
  const gaps = book.gaps.filter((one) => one.agreement === agreement);
  const extended = facts.filter((fact) => fact.kind === 'extended');
  const by = (test: (payer: Address) => boolean) => sum(extended.filter(({ payer }) => test(payer)).map((fact) => fact.paid));
  const isMine = (payer: Address) => isAddressEqual(payer, creator);
  const isPot = (payer: Address) => isAddressEqual(payer, market);
  const paid = sum(facts.map((fact) => (fact.kind === 'opened' || fact.kind === 'grown' ? fact.paid : 0n))) + by(isMine);
  const [paidFromPot, paidByOthers] = [by(isPot), by((payer) => !isMine(payer) && !isPot(payer))];
  const used = sum(amounts.map(({ earned, fees }) => earned + fees));
  const compensated = sum(book.losses.filter((one) => one.agreement === agreement).map(({ compensation }) => compensation));
  const refunded = sum(facts.map((fact) => (fact.kind === 'refunded' ? fact.amount : 0n))) - compensated;
  const ahead = sum(amounts.map(({ aheadGross }) => aheadGross)) + sum(gaps.map(({ rent, from, to }) => rent * BigInt(Math.max(0, to - Math.max(from, moment.epoch)))));
  const top = (test: (from: Address) => boolean) => sum(facts.map((fact) => (fact.kind === 'toppedUp' && test(fact.from) ? fact.amount : 0n)));
  return {
    agreement,
    heavy: opened?.heavy ?? 0,
    endEpoch: book.ends.get(agreement) ?? 0,
    paid, paidFromPot, paidByOthers, used, refunded, compensated, ahead, pot,
    fees: sum(amounts.map(({ fees }) => fees)),
    waiting: paid + paidFromPot + paidByOthers - used - refunded - ahead,
    toppedUp: top(isMine),
    toppedUpByOthers: top((from) => !isMine(from)),
    isLocked: facts.some((fact: TermFact) => fact.kind === 'locked'),
  };
}

async function readPaid(chain: Chain, account: Address, history: History, { signal }: ReadOptions): Promise<bigint> {
  const { market, fromBlock } = chain.deployment;
  const events = await readEvents(chain, { address: market, abi: marketAbi, names: ['AccountPaid'], first: [topic(account)], fromBlock, toBlock: history.moment.block, signal });
  return sum(events.map(({ args }) => args.amount));
}

async function readServices(chain: Chain, account: Address, history: History, { signal }: ReadOptions): Promise<{ reports: bigint; bounties: bigint }> {
  const { market, fromBlock } = chain.deployment;
  const events = await readEvents(chain, { address: market, abi: marketAbi, names: ['MissesReported', 'Replaced'], fromBlock, toBlock: history.moment.block, signal });
  let [reports, bounties] = [0n, 0n];
  for (const event of events) {
    if (event.eventName === 'MissesReported') {
      if (isAddressEqual(event.args.reporter, account)) reports += event.args.reward;
    } else if (event.args.bounty > 0n) {
      const repairer = await repairerOf(chain, { transaction: event.transactionHash, agreement: event.args.id, slot: Number(event.args.slot) });
      if (repairer !== undefined && isAddressEqual(repairer, account)) bounties += event.args.bounty;
    }
  }
  return { reports, bounties };
}
