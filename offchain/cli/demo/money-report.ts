import { table } from '../output.ts';
import { formatAmount } from '../units.ts';
import { sumOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

/** The ledger as JSON: token units in decimal strings. */
export interface MoneyReport {
  readonly paid: string;
  readonly earned: Readonly<Record<string, string>>;
  readonly earnedTotal: string;
  readonly fees: Readonly<Record<string, string>>;
  readonly feesTotal: string;
  readonly feesBurned: string;
  readonly refunded: string;
  readonly slashed: Readonly<Record<'total' | 'creator' | 'repairer' | 'successor' | 'reporter' | 'burned', string>>;
  readonly staked: string;
  readonly stakeReturned: string;
  readonly supply: { readonly initial: string; readonly now: string };
  readonly left: { readonly market: string; readonly registry: string };
  readonly balanced: boolean;
}

export function moneyReport(ledger: Ledger): MoneyReport {
  const { slashed, supply, left } = ledger;
  return {
    paid: String(ledger.paid),
    earned: byNode(ledger.earned),
    earnedTotal: String(sumOf(ledger.earned)),
    fees: byNode(ledger.fees),
    feesTotal: String(sumOf(ledger.fees)),
    feesBurned: String(ledger.feesBurned),
    refunded: String(ledger.refunded),
    slashed: {
      total: String(slashed.total),
      creator: String(slashed.creator),
      repairer: String(slashed.repairer),
      successor: String(slashed.successor),
      reporter: String(slashed.reporter),
      burned: String(slashed.burned),
    },
    staked: String(ledger.staked),
    stakeReturned: String(ledger.returned),
    supply: { initial: String(supply.initial), now: String(supply.now) },
    left: { market: String(left.market), registry: String(left.registry) },
    balanced: ledger.faults.length === 0,
  };
}

/** Who paid and who got what, to the last unit of 10^-18 tokens. */
export function moneyLines(ledger: Ledger): string[] {
  const { slashed } = ledger;
  const row = (label: string, units: bigint) => [label, formatAmount(units), String(units)];
  const rows = [
    ['', 'tokens', 'units'],
    row('rent paid by the creator', ledger.paid),
    ...[...ledger.earned].sort(([a], [b]) => a - b).filter(([, units]) => units > 0n).map(([id, units]) => row(`  earned by provider ${id}`, units)),
    ...[...ledger.fees].sort(([a], [b]) => a - b).map(([id, units]) => row(`  fee share of heavy node ${id}`, units)),
    row('  burned of the fees', ledger.feesBurned),
    row('  refunded: closed term, missed epochs', ledger.refunded),
    row('slashed from stakes', slashed.total),
    row('  to the creator', slashed.creator),
    row('  to the repairer', slashed.repairer),
    row('  to the successors', slashed.successor),
    row('  to the reporters of misses', slashed.reporter),
    row('  burned', slashed.burned),
    row('stake put in', ledger.staked),
    row('stake given back', ledger.returned),
    row('left in the market', ledger.left.market),
    row('left in the registry', ledger.left.registry),
  ];
  return [...table(rows, { right: [1, 2] }), ledger.faults.length === 0 ? 'The books balance to the last unit.' : `NOT BALANCED: ${ledger.faults.join('; ')}`];
}

function byNode(amounts: ReadonlyMap<number, bigint>): Record<string, string> {
  return Object.fromEntries([...amounts].sort(([a], [b]) => a - b).map(([id, units]) => [String(id), String(units)]));
}
