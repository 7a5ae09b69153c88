/** How providers of one tier are judged. Epochs count in `epochSeconds`. */
export interface TierRules {
  /** Missed epochs of a period that cost nothing. */
  readonly missAllowance: number;
  /** Epochs of rent that each miss beyond the allowance costs. */
  readonly penaltyEpochs: number;
  /** Consecutive misses that make a provider faulted. */
  readonly faultRun: number;
  /** Epochs of a slot's rent that losing it for cause costs. */
  readonly slashEpochs: number;
  /** Epochs that a targeted challenge leaves for the answer. */
  readonly answerEpochs: number;
}

/** What a deployment starts with; clock and stake epochs are fixed for good. Epochs count in `epochSeconds`, periods in `epochsPerPeriod`. */
export interface NetworkParameters {
  readonly epochSeconds: number;
  readonly epochsPerPeriod: number;
  /** Required stake = promised rent per epoch times this. */
  readonly stakeEpochs: number;
  /** Delay between queueing a stake withdrawal and taking it out. */
  readonly withdrawalEpochs: number;
  /** A provider is judged by the rules of the tier that it registered with. */
  readonly standard: TierRules;
  readonly archival: TierRules;
  readonly edge: TierRules;
  /** What a targeted challenge puts at stake, in units of 10^12 token units. */
  readonly bondUnits: number;
  /** Epochs after which a slot that still lacks a bundle may be dismissed. */
  readonly ackEpochs: number;
  /** Epochs behind an agreement's end for which providers still keep and serve its bytes. */
  readonly graceEpochs: number;
  /** Below this proven share of the promised rent (basis points) over the last `healthEpochs`, the network only repairs. 0: never. */
  readonly healthBps: number;
  /** At most 6. */
  readonly healthEpochs: number;
}

/** Epochs of two hours, periods of a week. */
export const PRODUCTION: NetworkParameters = {
  epochSeconds: 7200,
  epochsPerPeriod: 84,
  stakeEpochs: 168,
  withdrawalEpochs: 84,
  standard: { missAllowance: 4, penaltyEpochs: 2, faultRun: 12, slashEpochs: 84, answerEpochs: 12 },
  archival: { missAllowance: 8, penaltyEpochs: 2, faultRun: 24, slashEpochs: 168, answerEpochs: 36 },
  edge: { missAllowance: 12, penaltyEpochs: 1, faultRun: 6, slashEpochs: 42, answerEpochs: 6 },
  bondUnits: 10_000_000,
  ackEpochs: 12,
  graceEpochs: 36,
  healthBps: 6_000,
  healthEpochs: 6,
};

/** Everything of the protocol in minutes: an epoch is five seconds, a period half a minute. */
export const DEVNET: NetworkParameters = {
  epochSeconds: 5,
  epochsPerPeriod: 6,
  stakeEpochs: 24,
  withdrawalEpochs: 2,
  standard: { missAllowance: 1, penaltyEpochs: 2, faultRun: 3, slashEpochs: 6, answerEpochs: 3 },
  archival: { missAllowance: 2, penaltyEpochs: 2, faultRun: 6, slashEpochs: 12, answerEpochs: 6 },
  edge: { missAllowance: 2, penaltyEpochs: 1, faultRun: 3, slashEpochs: 3, answerEpochs: 3 },
  bondUnits: 1_000_000,
  ackEpochs: 12,
  graceEpochs: 12,
  healthBps: 2_000,
  healthEpochs: 6,
};

/** 10^18 units are one token; the devnet sells a thousand tokens for one coin. */
export const DEVNET_SALE_RATE = 1_000n;
export const DEVNET_SUPPLY = 1_000_000_000n * 10n ** 18n;
