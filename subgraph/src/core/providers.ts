import { BigInt } from '@graphprotocol/graph-ts';
import { Miss, Network, Provider, ProviderPeriod } from '../../generated/schema';
import { WHOLE_SHARE, ZERO } from './constants';
import { Moment } from './moment';

export function loadProviderPeriod(network: Network, provider: string, number: i32): ProviderPeriod {
  const id = provider + '-' + number.toString();
  const known = ProviderPeriod.load(id);
  if (known !== null) return known;
  const period = new ProviderPeriod(id);
  period.provider = provider;
  period.periodNumber = number;
  period.period = number.toString();
  period.endingRent = ZERO;
  period.endingFee = ZERO;
  period.endingSlots = 0;
  period.proofs = 0;
  period.proofsBefore = 0;
  period.missed = 0;
  period.earned = ZERO;
  period.missedPay = ZERO;
  period.penalties = ZERO;
  period.slashedForSlots = ZERO;
  period.isReported = false;
  return period;
}

/** Proofs of epochs before this one, which is the current one or the next. */
export function proofsBefore(provider: Provider, epoch: i32): i32 {
  return provider.lastProvedEpoch >= epoch ? provider.proofs - 1 : provider.proofs;
}

/** What one proven epoch earns after fees. */
export function payOf(provider: Provider): BigInt {
  return provider.rent.minus(provider.fee);
}

/**
 * Accounts for epochs [accountedEpoch, epoch): those without a proof were missed, if there was any rent. An absence sends no event, so this is done whenever
 * the provider's rent changes, ends or is proven: in between it was the same in each of them.
 */
export function bringTo(network: Network, provider: Provider, epoch: i32): void {
  let from = provider.accountedEpoch;
  if (epoch <= from) return;
  provider.accountedEpoch = epoch;
  if (provider.rent.isZero()) return;
  // Only the first of them can have been proven: a proof brings the books to its own epoch.
  if (provider.lastProvedEpoch === from) {
    from++;
    provider.missedInRow = 0;
  }
  if (from === epoch) return;
  const pay = payOf(provider);
  const count = epoch - from;
  const miss = new Miss(provider.id + '-' + from.toString());
  miss.provider = provider.id;
  miss.fromEpoch = from;
  miss.toEpoch = epoch;
  miss.epochs = count;
  miss.rent = provider.rent;
  miss.lostPay = pay.times(BigInt.fromI32(count));
  miss.save();
  provider.missed += count;
  provider.missedInRow += count;
  provider.missedPay = provider.missedPay.plus(miss.lostPay);
  // At most the longest term: rent that runs ends.
  while (from < epoch) {
    const number = from / network.epochsPerPeriod;
    const boundary = (number + 1) * network.epochsPerPeriod;
    const to = boundary < epoch ? boundary : epoch;
    const period = loadProviderPeriod(network, provider.id, number);
    period.missed += to - from;
    period.missedPay = period.missedPay.plus(pay.times(BigInt.fromI32(to - from)));
    period.save();
    from = to;
  }
}

/** The provider's promises change from the current epoch on; its books are those of the current period then. */
export function changeRent(at: Moment, provider: Provider, rent: BigInt, fee: BigInt, slots: i32): void {
  const network = at.network;
  const epoch = at.number;
  bringTo(network, provider, epoch);
  if (provider.rent.isZero()) provider.sinceEpoch = epoch;
  if (network.rent.isZero()) network.sinceEpoch = epoch;
  provider.rent = provider.rent.plus(rent);
  provider.fee = provider.fee.plus(fee);
  provider.required = provider.rent.times(BigInt.fromI32(network.stakeEpochs));
  provider.slots += slots;
  provider.bookedPeriod = network.periodNumber;
  network.rent = network.rent.plus(rent);
  network.fee = network.fee.plus(fee);
  at.isHealthStale = true;
  if (provider.lastProvedEpoch !== epoch) return;
  // What runs in an epoch that is proven is earned in it, whichever came first.
  const change = rent.minus(fee);
  provider.earned = provider.earned.plus(change);
  const period = loadProviderPeriod(network, provider.id, network.periodNumber);
  period.earned = period.earned.plus(change);
  period.save();
}

/** The proof counts for the network's health once the provider's books are of now; each proof brings them at most one period on. */
export function noteProof(at: Moment, provider: Provider): void {
  const period = at.network.periodNumber;
  const isExact = provider.bookedPeriod + 1 >= period;
  provider.bookedPeriod = isExact ? period : provider.bookedPeriod + 1;
  if (!isExact) return;
  const epoch = at.epoch;
  const all = at.network.rent;
  const share = provider.rent.ge(all) ? WHOLE_SHARE : provider.rent.times(WHOLE_SHARE).div(all);
  const sum = epoch.provenShare.plus(share);
  epoch.provenShare = sum.gt(WHOLE_SHARE) ? WHOLE_SHARE : sum;
  epoch.provenBps = epoch.provenShare.times(BigInt.fromI32(10_000)).div(WHOLE_SHARE).toI32();
}
