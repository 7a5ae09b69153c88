import { parseEventLogs } from 'viem';
import type { Chain } from '../../chain/client.ts';
import { marketAbi, registryAbi, tokenAbi } from '../../chain/generated/abi.ts';
import { tokenBalance } from '../../chain/read-money.ts';

/** contracts/libraries/Vacancies.sol: percent of a slashed slot for its creator, its repairer and its successor; the rest is burned. */
const CREATOR_SHARE = 50n;
const REPAIRER_SHARE = 25n;
const SUCCESSOR_SHARE = 15n;

/** Where every token unit of a finished agreement went, from the events alone, and whether it adds up. Amounts in token units. */
export interface Ledger {
  /** By creators, at opening. */
  readonly paid: bigint;
  /** Rent earned by proofs, fee already taken off, per provider. */
  readonly earned: ReadonlyMap<number, bigint>;
  /** Fee share per heavy node. */
  readonly fees: ReadonlyMap<number, bigint>;
  /** The part of the fees that the heavy nodes' withdrawals burned. */
  readonly feesBurned: bigint;
  /** Rent that came back to creators: closed term, missed epochs, cheaper successors. */
  readonly refunded: bigint;
  readonly slashed: {
    readonly total: bigint;
    readonly creator: bigint;
    readonly repairer: bigint;
    readonly successor: bigint;
    readonly reporter: bigint;
    readonly burned: bigint;
  };
  /** Stake by node: put in, given back. */
  readonly staked: bigint;
  readonly returned: bigint;
  readonly supply: { readonly initial: bigint; readonly now: bigint };
  readonly left: { readonly market: bigint; readonly registry: bigint };
  /** Everything that does not add up, as sentences; empty when the books balance to the last unit. */
  readonly faults: readonly string[];
}

export async function readLedger(chain: Chain, options: { initialSupply: bigint }): Promise<Ledger> {
  const { deployment } = chain;
  const logs = await chain.ask('the logs', (client) => client.getLogs({ address: [deployment.market, deployment.registry], fromBlock: deployment.fromBlock }));
  const market = <E extends 'Opened' | 'Settled' | 'Refunded' | 'Replaced' | 'Vacated' | 'NodePaid' | 'Answered' | 'MissesReported' | 'FeesBurned'>(eventName: E) => parseEventLogs({ abi: marketAbi, eventName, logs });
  const registry = <E extends 'StakeAdded' | 'StakeWithdrawn' | 'Slashed'>(eventName: E) => parseEventLogs({ abi: registryAbi, eventName, logs });

  const paid = total(market('Opened').map(({ args }) => args.paid));
  const earned = new Map<number, bigint>();
  const fees = new Map<number, bigint>();
  for (const { args } of market('Settled')) {
    add(earned, args.provider, args.earned);
    add(fees, args.heavy, args.fee);
    if (args.parentFee > 0n) add(fees, args.parent, args.parentFee);
  }
  const lost = market('Vacated').map(({ args }) => args.slashed);
  const repairer = total(market('Replaced').map(({ args }) => args.bounty));
  // What providers were paid beyond their rent and won bonds: once all is paid out, the successors' premiums.
  const toProviders = total(market('NodePaid').filter(({ args }) => !fees.has(args.id)).map(({ args }) => args.amount));
  const successor = toProviders - sumOf(earned) - total(market('Answered').map(({ args }) => args.bond));
  // A reward that nobody earned, or not in full, is the creator's.
  const rewards = total(lost.map((slashed) => (slashed * REPAIRER_SHARE) / 100n + (slashed * SUCCESSOR_SHARE) / 100n));
  const creator = total(lost.map((slashed) => (slashed * CREATOR_SHARE) / 100n)) + rewards - repairer - successor;
  const reports = market('MissesReported').map(({ args }) => args);
  const reporter = total(reports.map(({ reward }) => reward));
  const slashedTotal = total(lost) + total(reports.map(({ slashed }) => slashed));
  // `Refunded` carries a creator's compensation together with the rent that came back.
  const refunded = total(market('Refunded').map(({ args }) => args.amount)) - creator;
  const feesBurned = total(market('FeesBurned').map(({ args }) => args.amount));
  const supplyNow = await chain.read({ address: deployment.token, abi: tokenAbi, functionName: 'totalSupply' });

  const ledger = {
    paid,
    earned,
    fees,
    feesBurned,
    refunded,
    slashed: { total: slashedTotal, creator, repairer, successor, reporter, burned: options.initialSupply - supplyNow - feesBurned },
    staked: total(registry('StakeAdded').map(({ args }) => args.amount)),
    returned: total(registry('StakeWithdrawn').map(({ args }) => args.amount)),
    supply: { initial: options.initialSupply, now: supplyNow },
    left: { market: await tokenBalance(chain, deployment.market), registry: await tokenBalance(chain, deployment.registry) },
  };
  const taken = total(registry('Slashed').map(({ args }) => args.amount));
  return { ...ledger, faults: faultsOf(ledger, taken) };
}

function faultsOf(ledger: Omit<Ledger, 'faults'>, takenFromStakes: bigint): string[] {
  const { paid, refunded, slashed, staked, returned, left } = ledger;
  const faults: string[] = [];
  const expect = (what: string, have: bigint, need: bigint) => {
    if (have !== need) faults.push(`${what}: ${have} instead of ${need}, a difference of ${have - need}`);
  };
  expect('earned + fees + burned fees + refunded is what was paid', sumOf(ledger.earned) + sumOf(ledger.fees) + ledger.feesBurned + refunded, paid);
  expect('the shares of the slashed stake', slashed.creator + slashed.repairer + slashed.successor + slashed.reporter + slashed.burned, slashed.total);
  expect('the slashed stake by the registry', takenFromStakes, slashed.total);
  expect('stake returned + slashed is what was staked', returned + slashed.total, staked);
  expect("the market's balance", left.market, 0n);
  expect("the registry's balance", left.registry, 0n);
  return faults;
}

export function sumOf(amounts: ReadonlyMap<number, bigint>): bigint {
  return total([...amounts.values()]);
}

function add(map: Map<number, bigint>, key: number, amount: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + amount);
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
