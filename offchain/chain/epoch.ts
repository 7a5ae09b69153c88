/** The protocol's time: epochs count from genesis, periods are whole numbers of epochs. All times are Unix seconds. */
export interface Clock {
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly epochsPerPeriod: number;
}

export function epochAt(clock: Clock, nowSeconds: number): number {
  return Math.floor((nowSeconds - clock.genesis) / clock.epochSeconds);
}

/** The second in which `epoch` begins. */
export function epochStart(clock: Clock, epoch: number): number {
  return clock.genesis + epoch * clock.epochSeconds;
}

export function periodOf(clock: Clock, epoch: number): number {
  return Math.floor(epoch / clock.epochsPerPeriod);
}

/** The first epoch of `period`. */
export function periodStart(clock: Clock, period: number): number {
  return period * clock.epochsPerPeriod;
}

/** A chain whose newest block is older than this has stopped, or keeps a time of its own. */
const STALE_SECONDS = 60;

/**
 * The chain's time between blocks. An ordinary chain follows the local clock and its newest block is a little old; a devnet
 * whose blocks ran ahead, or stand still, goes on from its newest block.
 */
export function estimateNow(options: { blockSeconds: number; observedMs: number; nowMs: number }): number {
  const localSeconds = options.nowMs / 1000;
  const aheadSeconds = options.blockSeconds - localSeconds;
  if (aheadSeconds <= 0 && aheadSeconds > -STALE_SECONDS) return localSeconds;
  return options.blockSeconds + Math.max(0, options.nowMs - options.observedMs) / 1000;
}
