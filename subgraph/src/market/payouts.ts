import { HeavyNode, Node } from '../../generated/schema';
import { AccountPaid, FeesBurned, NodePaid } from '../../generated/Market/Market';
import { loadAccount, loadHeavyEpoch, recordPayment } from '../core/accounts';
import { ZERO } from '../core/constants';
import { enter, leave } from '../core/moment';

const MARKET = 'Market';

export function handleMarketNodePaid(event: NodePaid): void {
  const at = enter(event, MARKET, 'NodePaid');
  const p = event.params;
  const node = Node.load(p.id.toString())!;
  // All of it, always.
  node.owed = ZERO;
  node.paid = node.paid.plus(p.amount);
  node.save();
  recordPayment(at, 0, 'NodePaid', p.amount, loadAccount(p.to).id, node.id, null);
  at.entry.node = node.id;
  at.entry.account = p.to;
  at.entry.amount = p.amount;
  leave(at);
}

export function handleMarketAccountPaid(event: AccountPaid): void {
  const at = enter(event, MARKET, 'AccountPaid');
  const p = event.params;
  const account = loadAccount(p.account);
  // More or less than was known: a bounty went to somebody whom neither event nor call named. From here on it is exact again.
  account.isOwedExact = account.owed.equals(p.amount);
  account.owed = ZERO;
  account.withdrawn = account.withdrawn.plus(p.amount);
  account.save();
  recordPayment(at, 0, 'AccountPaid', p.amount, account.id, null, null);
  at.entry.account = account.id;
  at.entry.amount = p.amount;
  leave(at);
}

export function handleMarketFeesBurned(event: FeesBurned): void {
  const at = enter(event, MARKET, 'FeesBurned');
  const p = event.params;
  const heavy = HeavyNode.load(p.heavy.toString())!;
  heavy.toBurn = ZERO;
  heavy.burned = heavy.burned.plus(p.amount);
  heavy.save();
  const line = loadHeavyEpoch(at, heavy.id);
  line.burned = line.burned.plus(p.amount);
  line.save();
  recordPayment(at, 0, 'FeesBurned', p.amount, null, heavy.id, null);
  at.network.feesBurned = at.network.feesBurned.plus(p.amount);
  at.epoch.feesBurned = at.epoch.feesBurned.plus(p.amount);
  at.entry.node = heavy.id;
  at.entry.amount = p.amount;
  leave(at);
}
