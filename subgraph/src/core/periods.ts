import { BigInt } from '@graphprotocol/graph-ts';
import { Network, Period, Provider } from '../../generated/schema';
import { ZERO } from './constants';
import { bringTo } from './providers';

export function loadPeriod(network: Network, number: i32): Period {
  const known = Period.load(number.toString());
  if (known !== null) return known;
  const period = new Period(number.toString());
  period.number = number;
  period.firstEpoch = number * network.epochsPerPeriod;
  period.endingRent = ZERO;
  period.endingFee = ZERO;
  period.endingAgreements = 0;
  period.endingSlots = 0;
  period.endingVacantSlots = 0;
  period.endingBytes = ZERO;
  return period;
}

/** Brings the network to the epoch: what ended at the boundaries of periods in between ends. No term is longer than 520 periods, so the loop is bounded. */
export function rollTo(network: Network, epoch: i32): void {
  const current = epoch / network.epochsPerPeriod;
  for (let number = network.periodNumber + 1; number <= current; number++) {
    if (network.runningAgreements === 0) break;
    const period = Period.load(number.toString());
    if (period !== null) end(network, period);
  }
  network.epochNumber = epoch;
  network.periodNumber = current;
}

function end(network: Network, period: Period): void {
  network.rent = network.rent.minus(period.endingRent);
  network.fee = network.fee.minus(period.endingFee);
  network.runningAgreements -= period.endingAgreements;
  network.runningSlots -= period.endingSlots;
  network.vacantSlots -= period.endingVacantSlots;
  network.reservedBytes = network.reservedBytes.minus(period.endingBytes);
  const list = period.providers.load();
  for (let i = 0; i < list.length; i++) {
    const ending = list[i];
    if (ending.endingSlots === 0) continue;
    const provider = Provider.load(ending.provider)!;
    bringTo(network, provider, period.firstEpoch);
    provider.rent = provider.rent.minus(ending.endingRent);
    provider.fee = provider.fee.minus(ending.endingFee);
    provider.required = provider.rent.times(BigInt.fromI32(network.stakeEpochs));
    provider.slots -= ending.endingSlots;
    provider.save();
  }
}
