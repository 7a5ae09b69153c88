/** What a provider earned, may earn, has at stake and lost: from the chain alone. All amounts are token units. */
import { asOf } from '../chain/as-of.ts';
import { owedToNode } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import type { NodeState } from '../chain/read-node.ts';
import { readParameters } from '../chain/read-parameters.ts';
import type { Chain } from '../chain/types.ts';
import { amountsOf, sum } from './amounts.ts';
import type { NodeFact } from './facts.ts';
import { agreementsOfProvider, momentOf, readHistory } from './history.ts';
import type { History, ReadOptions } from './history.ts';
import { readNodeFacts } from './node-facts.ts';
import type { StatementHead } from './statement-head.ts';

/** Rewards and reads are in no payout: they go straight to the address. */
export interface ProviderStatement extends StatementHead {
  /** What the epochs ahead of running agreements pay, if all are proven; after fees. */
  readonly potential: bigint;
  /** Proven rent after fees: settled, and not yet settled. */
  readonly earned: bigint;
  readonly settled: bigint;
  readonly unsettled: bigint;
  /** Rewards, premiums of slots taken over, bonds of answered challenges, paid reads less their fee. */
  readonly rewards: bigint;
  readonly premiums: bigint;
  readonly bonds: bigint;
  readonly reads: bigint;
  readonly stake: bigint;
  /** Stake that promises bind, and stake on its way out. */
  readonly locked: bigint;
  readonly queued: bigint;
  readonly risked: Risk;
  readonly lost: Lost;
}

/** What a slash would take, at the present rules. */
export interface Risk {
  /** If all slots were lost as faults now; never more than the stake. */
  readonly slots: bigint;
  /** If this period's misses so far were reported. */
  readonly misses: bigint;
  readonly total: bigint;
}

export interface Lost {
  /** Pay of epochs that were not proven. */
  readonly pay: bigint;
  /** Off the stake: with slots, and for misses. */
  readonly withSlots: bigint;
  readonly forMisses: bigint;
  readonly total: bigint;
}

/** The rules by which risks are reckoned. */
export interface TierRules {
  readonly missAllowance: number;
  readonly penaltyEpochs: number;
  readonly slashEpochs: number;
}

export interface ProviderAccount {
  readonly statement: ProviderStatement;
  readonly history: History;
  readonly facts: readonly NodeFact[];
}

/** From an address of the registry's, without the node. Reads all openings since the deployment, in portions. @throws ChainError NO_SUCH_NODE, RpcUnavailableError */
export async function readProviderAccount(chain: Chain, node: number, options: ReadOptions = {}): Promise<ProviderAccount> {
  const moment = await momentOf(chain);
  const then = asOf(chain, moment.block);
  const [state, parameters, owed, agreements] = await Promise.all([readNode(then, node), readParameters(then), owedToNode(then, node), agreementsOfProvider(chain, node, moment, options)]);
  const history = await readHistory(chain, agreements, { ...options, moment, proofsOf: [node] });
  const facts = await readNodeFacts(chain, node, { ...options, moment, tier: 'provider' });
  const rules = parameters[state.tier === 'archival' ? 'archival' : state.tier === 'edge' ? 'edge' : 'standard'];
  return { statement: providerStatement({ state, owed, rules, history, facts }), history, facts };
}

/** Pure. `owed`: what the market says that it owes. */
export function providerStatement(options: { readonly state: NodeState; readonly owed: bigint; readonly rules: TierRules; readonly history: History; readonly facts: readonly NodeFact[] }): ProviderStatement {
  const { state, owed, rules, history, facts } = options;
  const { id: node, operator, payout, stake, required, queued } = state;
  const { moment, book } = history;
  const amounts = book.tenures.filter(({ provider }) => provider === node).map((tenure) => amountsOf(history, tenure));
  const earned = sum(amounts.map((one) => one.earned));
  const settled = sum(facts.map((fact) => (fact.kind === 'settled' ? fact.earned : 0n)));
  const of = (kind: 'paid' | 'bondWon' | 'rewarded' | 'readsPaid') => sum(facts.map((fact) => (fact.kind === kind ? fact.amount : 0n)));
  const premiums = sum(book.premiums.filter(({ provider }) => provider === node).map(({ amount }) => amount));
  const [paid, bonds] = [of('paid'), of('bondWon')];
  const withSlots = sum(book.losses.filter(({ provider }) => provider === node).map(({ slashed }) => slashed));
  const forMisses = sum(facts.map((fact) => (fact.kind === 'missesReported' ? fact.slashed : 0n)));
  const pay = sum(amounts.map(({ missed }) => missed));
  const explained = settled + premiums + bonds - paid;
  return {
    node, operator, payout, stake, queued,
    block: moment.block,
    epoch: moment.epoch,
    potential: sum(amounts.map(({ potential }) => potential)),
    earned, settled, premiums, bonds, paid,
    unsettled: earned - settled,
    rewards: of('rewarded'),
    reads: of('readsPaid'),
    owed: explained,
    unexplained: owed - explained,
    locked: required,
    risked: riskOf({ node, stake, rules, history }),
    lost: { pay, withSlots, forMisses, total: pay + withSlots + forMisses },
  };
}

/** As contracts/libraries/Faults.sol reckons: duty begins in the epoch behind the first slot, the rent is the present one. */
function riskOf({ node, stake, rules, history }: { readonly node: number; readonly stake: bigint; readonly rules: TierRules; readonly history: History }): Risk {
  const { moment, book, proven } = history;
  const { epoch, clock } = moment;
  const running = book.tenures.filter(({ provider, from, to, left }) => provider === node && from <= epoch && to > epoch && left === undefined);
  const rent = sum(running.map((one) => one.rent));
  const begin = Math.floor(epoch / clock.epochsPerPeriod) * clock.epochsPerPeriod;
  const first = Math.min(...running.map(({ from }) => from)) + 1;
  const from = Math.max(begin, first);
  const missed = running.length === 0 || from >= epoch ? 0 : epoch - from - proven.count(node, from, epoch);
  const atMost = (amount: bigint): bigint => (amount < stake ? amount : stake);
  const misses = atMost(BigInt(Math.max(0, missed - rules.missAllowance) * rules.penaltyEpochs) * rent);
  const slots = atMost(BigInt(rules.slashEpochs) * rent);
  return { slots, misses, total: atMost(slots + misses) };
}
