import { Challenge, Fault, Parameters, Provider, Slot } from '../../generated/schema';
import { Answered, ChallengeEnded, Challenged } from '../../generated/Market/Market';
import { creditAccount, creditNode, loadAccount, loadAgreement, recordPayment } from '../core/accounts';
import { BOND_UNIT, CREATOR_SHARE, PERCENT, REPAIRER_SHARE, SUCCESSOR_SHARE, ZERO } from '../core/constants';
import { enter, leave, Moment } from '../core/moment';
import { loadSlot } from './slots';

const MARKET = 'Market';

/** Who put the bond up is no part of the event: the bond moves right behind it, and the token's Transfer names the challenger (see token.ts). */
export function handleMarketChallenged(event: Challenged): void {
  const at = enter(event, MARKET, 'Challenged');
  const p = event.params;
  const agreement = loadAgreement(p.id);
  const slot = loadSlot(agreement, p.slot);
  slot.openChallenges++;
  slot.save();
  const challenge = new Challenge(p.challenge.toString());
  challenge.number = p.challenge;
  challenge.agreement = agreement.id;
  challenge.slot = slot.id;
  challenge.provider = slot.provider!;
  challenge.bundle = agreement.id + '-' + p.bundle.toString();
  challenge.batch = p.batch;
  challenge.leaf = p.leaf;
  challenge.deadlineEpoch = p.deadlineEpoch.toI32();
  challenge.startEpoch = slot.startEpoch;
  challenge.bond = Parameters.load(at.network.parameters!)!.bondUnits.times(BOND_UNIT);
  challenge.state = 'Open';
  challenge.reward = ZERO;
  challenge.epochNumber = at.number;
  challenge.epoch = at.epoch.id;
  challenge.transaction = at.transaction.id;
  challenge.save();
  at.transaction.bondAwaited = challenge.id;
  at.network.challenges++;
  at.network.openChallenges++;
  at.epoch.challenges++;
  about(at, challenge);
  at.entry.amount = challenge.bond;
  leave(at);
}

export function handleMarketAnswered(event: Answered): void {
  const at = enter(event, MARKET, 'Answered');
  const p = event.params;
  const challenge = end(at, p.challenge.toString(), 'Answered');
  challenge.save();
  const provider = Provider.load(challenge.provider)!;
  provider.bonds = provider.bonds.plus(p.bond);
  provider.save();
  creditNode(provider.id, p.bond);
  recordPayment(at, 0, 'Bond', p.bond, null, provider.id, challenge.agreement);
  at.entry.amount = p.bond;
  leave(at);
}

/** The challenger gets his bond back, and of the slash what would have been burned. */
export function handleMarketChallengeEnded(event: ChallengeEnded): void {
  const at = enter(event, MARKET, 'ChallengeEnded');
  const p = event.params;
  const challenge = end(at, p.challenge.toString(), p.slotLost ? 'SlotLost' : 'Void');
  if (p.slotLost) {
    const fault = Fault.load(Slot.load(challenge.slot)!.lastFault!)!;
    const slashed = fault.slashed;
    const reward = slashed.times(REPAIRER_SHARE).div(PERCENT).plus(slashed.times(SUCCESSOR_SHARE).div(PERCENT));
    challenge.reward = slashed.minus(slashed.times(CREATOR_SHARE).div(PERCENT)).minus(reward);
  }
  challenge.save();
  const challenger = challenge.challenger;
  const amount = challenge.bond.plus(challenge.reward);
  if (challenger !== null) {
    creditAccount(challenger, amount);
    recordPayment(at, 0, 'ChallengeEnd', amount, loadAccount(challenger).id, null, challenge.agreement);
    at.entry.account = challenger;
  }
  at.entry.amount = amount;
  leave(at);
}

function end(at: Moment, id: string, state: string): Challenge {
  const challenge = Challenge.load(id)!;
  challenge.state = state;
  challenge.endedBy = at.transaction.id;
  const slot = Slot.load(challenge.slot)!;
  slot.openChallenges--;
  slot.save();
  at.network.openChallenges--;
  about(at, challenge);
  return challenge;
}

function about(at: Moment, challenge: Challenge): void {
  at.entry.agreement = challenge.agreement;
  at.entry.slot = challenge.slot;
  at.entry.node = challenge.provider;
  at.entry.subject = challenge.number;
}
