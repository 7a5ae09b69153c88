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
 * @param options.lagSeconds how far the chain's clock is known to be behind the local one (`boundLag`)
 */
export function estimateNow(options: { blockSeconds: number; observedMs: number; nowMs: number; lagSeconds?: number }): number {
  const localSeconds = options.nowMs / 1000;
  const aheadSeconds = options.blockSeconds - localSeconds;
  if (aheadSeconds <= 0 && aheadSeconds > -STALE_SECONDS) return Math.max(options.blockSeconds, localSeconds - (options.lagSeconds ?? 0));
  return options.blockSeconds + Math.max(0, options.nowMs - options.observedMs) / 1000;
}

/**
 * What a block that was mined between two looks says about the chain's clock: it is at least as far behind the local one as the block's time lies before the
 * earlier look, and at most as far as it lies before the later one. Block times are whole seconds, rounded down.
 */
export function boundLag(lagSeconds: number, block: { seconds: number; afterMs: number; beforeMs: number }): number {
  const least = block.afterMs / 1000 - block.seconds - 1;
  const most = block.beforeMs / 1000 - block.seconds;
  return Math.max(0, Math.min(Math.max(lagSeconds, least), most));
}
