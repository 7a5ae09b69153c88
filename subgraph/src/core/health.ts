import { BigInt } from '@graphprotocol/graph-ts';
import { Epoch, Network, Parameters } from '../../generated/schema';
import { WHOLE_SHARE, ZERO } from './constants';

/** As Network.sol does it: the proven share of the last full epochs; the first epoch with any promise does not count. */
export function judgeHealth(network: Network): void {
  const id = network.parameters;
  if (id === null) return;
  const parameters = Parameters.load(id)!;
  network.provenBps = provenBps(network, parameters.healthEpochs);
  network.isRepairOnly = network.provenBps < parameters.healthBps;
}

function provenBps(network: Network, healthEpochs: i32): i32 {
  let span = network.epochNumber - network.sinceEpoch - 1;
  if (network.rent.isZero() || span <= 0) return 10_000;
  if (span > healthEpochs) span = healthEpochs;
  let total = ZERO;
  for (let back = 1; back <= span; back++) {
    const epoch = Epoch.load((network.epochNumber - back).toString());
    if (epoch !== null) total = total.plus(epoch.provenShare);
  }
  return total.times(BigInt.fromI32(10_000)).div(WHOLE_SHARE.times(BigInt.fromI32(span))).toI32();
}
