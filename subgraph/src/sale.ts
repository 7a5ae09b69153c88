import { Purchase } from '../generated/schema';
import { Bought } from '../generated/Sale/Sale';
import { loadAccount, recordPayment } from './core/accounts';
import { enter, leave } from './core/moment';

export function handleSaleBought(event: Bought): void {
  const at = enter(event, 'Sale', 'Bought');
  const p = event.params;
  const purchase = new Purchase(at.id);
  purchase.buyer = loadAccount(p.buyer).id;
  purchase.paid = p.paid;
  purchase.tokens = p.tokens;
  purchase.epochNumber = at.number;
  purchase.epoch = at.epoch.id;
  purchase.timestamp = at.timestamp;
  purchase.transaction = at.transaction.id;
  purchase.save();
  recordPayment(at, 0, 'Purchase', p.tokens, p.buyer, null, null);
  at.network.tokensSold = at.network.tokensSold.plus(p.tokens);
  at.network.coinsPaid = at.network.coinsPaid.plus(p.paid);
  at.epoch.tokensSold = at.epoch.tokensSold.plus(p.tokens);
  at.epoch.coinsPaid = at.epoch.coinsPaid.plus(p.paid);
  at.entry.account = p.buyer;
  at.entry.amount = p.tokens;
  leave(at);
}
