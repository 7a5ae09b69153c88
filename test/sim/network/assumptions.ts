import { GUARDIANS } from '../../../offchain/chain/guardians.ts';
import { SUCCESSION_PERCENT } from '../../../offchain/wire/limits.ts';

/** What is neither protocol nor chance: sizes, speeds and prices that a run assumes. All of it is printed with the results. */
export const ASSUMED = {
  k: 10,
  m: 6,
  /** The production's batch: 256 MiB. */
  batchLog2: 28,
  /** One tracked batch stands for so many: they lie in the same slots, so they share every fate but single damages. */
  batchesPerTracked: 320,
  /** Tracked batches of one agreement. */
  trackedMin: 8,
  trackedMax: 24,
  /** One in so many agreements carries real bytes, in small batches. */
  realShare: 0.02,
  slotsPerProvider: 16,
  /** What a provider offers, in slots. */
  capacityMin: 20,
  capacityMax: 40,
  regions: 20,
  providersPerHeavy: 25,
  /** Of a heavy node, shared by the repairs that run at once: a link of 2.5 Gbit/s, of which reads of k times 1 MiB with 50 ms between them use four fifths. */
  heavyBytesPerSecond: 250e6,
  /** offchain/heavy/settings.ts: repairsAtOnce, feeBps */
  repairsAtOnce: 2,
  feeBps: 150,
  /** offchain/provider/config.ts: surrenderEpochs; a scrub's pass over 10 TiB */
  surrenderEpochs: 6,
  scrubDays: 15,
  termPeriods: 8,
  /** Mean of how long a creator wants to keep what it stored, after the first term. */
  wantedPeriods: 60,
  /** A provider's ask for stored bytes, and its costs: disk (16 US$ per TB in five years), power, share of the machine. */
  askUsdPerTbMonth: 1.5,
  storageUsdPerTbMonth: 0.4,
  /** Each provider asks between these multiples of it. */
  askLeast: 0.8,
  askMost: 1.3,
  /** Down to which share of its own ask a provider takes a slot over, in percent. */
  successionPercent: SUCCESSION_PERCENT,
  /** Other heavy nodes that have an agreement's seal key; each takes over so many epochs later than the one before. heavy/settings.ts: guardEpochs */
  guardians: GUARDIANS,
  guardianEpochs: 6,
  /** How many periods before the end a heavy node begins to renew: heavy/renewals.ts. */
  renewAhead: 2,
  usdPerToken: 1,
  stakeYearlyCost: 0.1,
  /** npm run gas: prove at 100 agreements of 100 GiB; commit; open, of 16 slots. */
  proofGas: 284_390,
  openGas: 1_428_654,
  commitGas: 247_354,
  gasGwei: 0.002,
  coinUsd: 3_000,
  /** What moving a terabyte for repairs costs. */
  repairUsdPerTb: 1,
};
