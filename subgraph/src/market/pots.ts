import { Creator, Session } from '../../generated/schema';
import { Locked, PotTaken, Refunded, RenewalAuthorised, SessionSet, ToppedUp } from '../../generated/Market/Market';
import { creditAccount, loadAccount, loadAgreement, loadCreator, loadCreatorEpoch, recordPayment } from '../core/accounts';
import { enter, leave } from '../core/moment';
import { about } from './agreements';

const MARKET = 'Market';

export function handleMarketLocked(event: Locked): void {
  const at = enter(event, MARKET, 'Locked');
  const agreement = loadAgreement(event.params.id);
  agreement.isLocked = true;
  agreement.save();
  about(at, agreement);
  leave(at);
}

export function handleMarketToppedUp(event: ToppedUp): void {
  const at = enter(event, MARKET, 'ToppedUp');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  agreement.pot = agreement.pot.plus(p.amount);
  agreement.save();
  const creator = Creator.load(agreement.creator)!;
  creator.toppedUp = creator.toppedUp.plus(p.amount);
  creator.save();
  const line = loadCreatorEpoch(at, creator.id);
  line.toppedUp = line.toppedUp.plus(p.amount);
  line.save();
  recordPayment(at, 0, 'TopUp', p.amount, loadAccount(p.from).id, null, agreement.id);
  about(at, agreement);
  at.entry.account = p.from;
  at.entry.amount = p.amount;
  leave(at);
}

export function handleMarketPotTaken(event: PotTaken): void {
  const at = enter(event, MARKET, 'PotTaken');
  const amount = event.params.amount;
  const agreement = loadAgreement(event.params.id);
  agreement.pot = agreement.pot.minus(amount);
  agreement.save();
  creditAccount(agreement.creator, amount);
  const creator = Creator.load(agreement.creator)!;
  creator.potTaken = creator.potTaken.plus(amount);
  creator.save();
  const line = loadCreatorEpoch(at, creator.id);
  line.potTaken = line.potTaken.plus(amount);
  line.save();
  recordPayment(at, 0, 'PotTaken', amount, agreement.creator, null, agreement.id);
  about(at, agreement);
  at.entry.amount = amount;
  leave(at);
}

/** Credited to the creator, or to the pot of a locked agreement. */
export function handleMarketRefunded(event: Refunded): void {
  const at = enter(event, MARKET, 'Refunded');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  if (agreement.isLocked) agreement.pot = agreement.pot.plus(p.amount);
  else creditAccount(p.creator, p.amount);
  agreement.refunded = agreement.refunded.plus(p.amount);
  agreement.save();
  const creator = Creator.load(p.creator)!;
  creator.refunded = creator.refunded.plus(p.amount);
  creator.save();
  const line = loadCreatorEpoch(at, creator.id);
  line.refunded = line.refunded.plus(p.amount);
  line.save();
  at.network.refunded = at.network.refunded.plus(p.amount);
  at.epoch.refunded = at.epoch.refunded.plus(p.amount);
  recordPayment(at, 0, 'Refund', p.amount, creator.id, null, agreement.id);
  about(at, agreement);
  at.entry.amount = p.amount;
  leave(at);
}

export function handleMarketRenewalAuthorised(event: RenewalAuthorised): void {
  const at = enter(event, MARKET, 'RenewalAuthorised');
  const agreement = loadAgreement(event.params.id);
  agreement.maxPerPeriod = event.params.maxPerPeriod;
  agreement.untilPeriod = event.params.untilPeriod;
  agreement.save();
  about(at, agreement);
  at.entry.amount = event.params.maxPerPeriod;
  leave(at);
}

/** Anybody may name a key, also before his first agreement. */
export function handleMarketSessionSet(event: SessionSet): void {
  const at = enter(event, MARKET, 'SessionSet');
  const p = event.params;
  const creator = loadCreator(at, p.creator);
  creator.save();
  const session = new Session(p.creator.concat(p.key));
  session.creator = creator.id;
  session.key = p.key;
  session.expiry = p.expiry;
  session.save();
  at.entry.account = creator.id;
  leave(at);
}
